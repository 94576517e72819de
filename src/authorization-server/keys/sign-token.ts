import { CompactSign } from 'jose';
import type { SigningKey } from './signing-key.js';

/** Signs claims; the header is exactly `{"kid","alg"}`, without `typ` (okta/authorization-server.md sections 6.3 and 6.4). */
export function signToken(claims: Readonly<Record<string, unknown>>, key: SigningKey): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  return new CompactSign(payload).setProtectedHeader({ kid: key.kid, alg: 'RS256' }).sign(key.privateKey);
}
