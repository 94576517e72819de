import type { Answer } from '../endpoints/answer.js';
import { OAuthError } from '../errors/oauth-errors.js';
import { OktaApiError } from '../errors/okta-api-error.js';
import { escapeHtml } from './html.js';
import { safePageAnswer } from './page-answer.js';

/** A page for what cannot be told to a client: it shows the code of the error (okta/authorization-server.md section 4.1). */
export function errorPage(status: number, error: string, description: string): Answer {
  const content = `<p><code>${escapeHtml(error)}</code></p><p>${escapeHtml(description)}</p>`;
  return safePageAnswer(status, { title: 'Your request resulted in an error', content });
}

/** The page of an error that an endpoint throws. @throws what is no error of Okta's */
export function asErrorPage(error: unknown): Answer {
  if (error instanceof OAuthError) return errorPage(400, error.error, error.description);
  if (error instanceof OktaApiError) return errorPage(400, error.errorCode, error.errorSummary);
  throw error;
}
