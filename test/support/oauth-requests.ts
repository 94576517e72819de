import { createHash } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';

/** A client as it proves itself: by a Basic header, or by parameters of the body. */
export interface TestClient {
  readonly id: string;
  readonly secret?: string;
  /** Parameters of the body instead of the header. */
  readonly proof?: Readonly<Record<string, string>>;
}

export interface TokenAnswer {
  readonly status: number;
  /** `access_token`, `error` and the like. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Claims of the access token, undefined where there is none. */
  readonly access: JWTPayload | undefined;
  readonly identity: JWTPayload | undefined;
}

type Parameters = Readonly<Record<string, string>>;

/** A PKCE pair (RFC 7636, appendix B). */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mBjvTbOaW9MYZl8aMmAEBkHI2yLx-Y',
  challenge: createHash('sha256').update('dBjftJeZ4CVP-mBjvTbOaW9MYZl8aMmAEBkHI2yLx-Y').digest('base64url'),
} as const;

/** One request at the token endpoint. @param url where the server is, with a query where the client appends one */
export async function requestToken(url: string, client: TestClient, body: Parameters): Promise<TokenAnswer> {
  const [server = '', query] = url.split('?');
  const response = await fetch(`${server}/v1/token${query === undefined ? '' : `?${query}`}`, {
    method: 'POST',
    headers: client.proof === undefined ? { authorization: basic(client) } : {},
    body: new URLSearchParams({ ...body, ...client.proof }),
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  return {
    status: response.status,
    body: answer,
    access: claimsOf(answer['access_token']),
    identity: claimsOf(answer['id_token']),
  };
}

function basic({ id, secret = '' }: TestClient): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function claimsOf(token: unknown): JWTPayload | undefined {
  return typeof token === 'string' ? decodeJwt(token) : undefined;
}

/** One request at the authorize endpoint: where the browser is sent, query and fragment read alike. */
export async function authorize(server: string, query: Parameters): Promise<URLSearchParams> {
  const url = `${server}/v1/authorize?${new URLSearchParams(query).toString()}`;
  const response = await fetch(url, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no redirect: ${String(response.status)} ${await response.text()}`);
  const { search, hash } = new URL(location);
  return new URLSearchParams(hash === '' ? search : hash.slice(1));
}
