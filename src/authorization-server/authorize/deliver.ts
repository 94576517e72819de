import { redirectAnswer, type Answer } from '../endpoints/answer.js';
import { formPostPage } from './form-post-page.js';
import { postMessagePage } from './post-message-page.js';
import type { ResponseMode } from './authorize-request.js';

/** Where an answer goes, and how. */
export interface Delivery {
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
}

/** Brings an answer to the client: in the query, in the fragment, or by a form, or by a message between pages (okta/authorization-server.md section 4.1). */
export function deliver(
  { redirectUri, responseMode }: Delivery,
  members: Readonly<Record<string, string>>,
): Answer {
  if (responseMode === 'okta_post_message') return postMessagePage(redirectUri, members);
  if (responseMode === 'form_post') return formPostPage(redirectUri, members);
  const parameters = new URLSearchParams(members).toString();
  if (responseMode === 'fragment') return redirectAnswer(`${redirectUri}#${parameters}`);
  return redirectAnswer(`${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters}`);
}
