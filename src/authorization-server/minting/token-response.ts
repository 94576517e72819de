/** A successful answer of the token endpoint, in wire order (okta/authorization-server.md section 3). */
export interface TokenResponse {
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly access_token: string;
  readonly scope: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
}

/** The same answer with a refresh token, which stands before the ID token on the wire. */
export function withRefreshToken(
  { id_token: idToken, ...response }: TokenResponse,
  refreshToken: string,
): TokenResponse {
  const identity = idToken === undefined ? {} : { id_token: idToken };
  return { ...response, refresh_token: refreshToken, ...identity };
}
