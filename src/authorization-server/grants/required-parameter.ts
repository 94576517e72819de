import type { Parameters } from '../endpoints/parameters.js';
import { oauthError } from '../errors/oauth-errors.js';

/** A parameter without which a grant cannot be. @throws OAuthError that names it */
export function requiredParameter(body: Parameters, name: string): string {
  const value = body.get(name);
  if (value === undefined) throw oauthError('missing_token_request_parameter', name);
  return value;
}
