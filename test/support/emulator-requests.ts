import type { AuthorizationServerHandle } from '../../src/authorization-server/start.js';

export type Members = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, string>>;

export interface EmulatorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Members;
}

/** Secrets of the clients of `orgFile`. */
const SECRETS: Fields = {
  '0oaService': 'secret-of-the-service-of-tests',
  '0oaWeb': 'secret-of-the-web-app-of-tests',
  '0oaOther': 'secret-of-the-other-app-of-tests',
};

/** The Basic credentials of a client of `orgFile`. */
export function basic(clientId: string, secret = SECRETS[clientId] ?? ''): Fields {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` };
}

/** A POST of a form, or of text that is taken as it is. */
export async function postForm(
  url: string,
  form: Fields | string,
  headers: Fields = {},
): Promise<EmulatorAnswer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Members };
}

/** One request at a token endpoint: by Basic where the client has a secret for it. */
export function requestToken(issuer: string, clientId: string, form: Fields): Promise<EmulatorAnswer> {
  const headers = clientId === '0oaWeb' || clientId === '0oaService' ? basic(clientId) : {};
  const post = clientId === '0oaOther' ? { client_secret: SECRETS[clientId] ?? '' } : {};
  const named = Object.keys(headers).length === 0 ? { client_id: clientId, ...post } : {};
  return postForm(`${issuer}/v1/token`, { ...form, ...named }, headers);
}

/** What an OAuth error looks like on the wire, whatever its status. */
export function refusal(status: number, error: string, description: string): Members {
  return { status, body: { error, error_description: description } };
}

/** Status and body, to compare with `refusal`. */
export function outcome({ status, body }: EmulatorAnswer): Members {
  return { status, body };
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Parameters of the redirect, from its query or fragment. */
  readonly redirect: Fields | undefined;
  readonly location: string | null;
}

/** One request at `/authorize`, as a browser makes it, without following. */
export async function authorize(issuer: string, query: Fields, headers: Fields = {}): Promise<Page> {
  const url = `${issuer}/v1/authorize?${new URLSearchParams(query).toString()}`;
  return asPage(await fetch(url, { redirect: 'manual', headers }));
}

export async function asPage(response: Response): Promise<Page> {
  const location = response.headers.get('location');
  const { status, headers } = response;
  return { status, headers, html: await response.text(), location, redirect: redirectOf(location) };
}

function redirectOf(location: string | null): Fields | undefined {
  if (location === null) return undefined;
  const { search, hash } = new URL(location);
  return Object.fromEntries(new URLSearchParams(hash === '' ? search : hash.slice(1)));
}

export const REDIRECT_URI = 'https://app.test.example/callback';

/** The least that `/authorize` needs for the web app of `orgFile`. */
export const WEB_REQUEST: Fields = {
  client_id: '0oaWeb',
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid email offline_access',
  state: 'st-1',
};

/** Tokens of the web app for a person who signs in by a session token. */
export async function signIn(
  server: AuthorizationServerHandle,
  { issuer = server.issuer('default'), user = '00uDana', scope = WEB_REQUEST['scope'] ?? '' } = {},
): Promise<Fields> {
  const sessionToken = server.createSession(user);
  const { redirect } = await authorize(issuer, { ...WEB_REQUEST, scope, sessionToken });
  const { body } = await requestToken(issuer, '0oaWeb', {
    grant_type: 'authorization_code',
    code: redirect?.['code'] ?? '',
    redirect_uri: REDIRECT_URI,
  });
  return body as Fields;
}
