/** The OAuth parameters that may come once only; others are passed on as they are (okta/token-inline-hook.md section 1.3). */
const OAUTH_PARAMETERS: ReadonlySet<string> = new Set([
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'grant_type', 'scope'],
  ...['code', 'code_verifier', 'redirect_uri', 'refresh_token', 'username', 'password'],
  ...['token', 'token_type_hint', 'access_token', 'id_token_hint', 'post_logout_redirect_uri'],
  ...['response_type', 'response_mode', 'state', 'nonce', 'code_challenge', 'code_challenge_method'],
  ...['prompt', 'max_age', 'login_hint', 'sessionToken', 'request', 'request_uri'],
]);

/** Parameters of a query or a form. One without a value counts as omitted (RFC 6749, section 3.1). */
export interface Parameters {
  get(name: string): string | undefined;
  /** Whether an OAuth parameter came more than once. */
  readonly hasDuplicates: boolean;
}

/** Reads `application/x-www-form-urlencoded` text. */
export function readParameters(text: string): Parameters {
  const values = new Map<string, string>();
  let hasDuplicates = false;
  for (const [name, value] of new URLSearchParams(text)) {
    if (values.has(name)) hasDuplicates ||= OAUTH_PARAMETERS.has(name);
    else values.set(name, value);
  }
  return {
    hasDuplicates,
    get: (name) => {
      const value = values.get(name);
      return value === '' ? undefined : value;
    },
  };
}

/** The query of a request's target, without its question mark. */
export function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start === -1 ? '' : target.slice(start + 1);
}
