// What minting is measured against: node:http, which signs the token with jose and looks at nothing.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { generateKeyPair, SignJWT } from 'jose';
import { CLAIMS, LIFETIME_SECONDS, SCOPE } from './token-claims.mjs';

const port = Number(process.env['MINT_PORT']);
const issuer = `http://127.0.0.1:${port}/oauth2/signing`;
const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
const kid = randomBytes(32).toString('base64url');

async function answer(response) {
  const iat = Math.floor(Date.now() / 1000);
  const jti = `AT.${randomBytes(32).toString('base64url')}`;
  const claims = { ...CLAIMS, jti, iss: issuer, iat, exp: iat + LIFETIME_SECONDS };
  const token = await new SignJWT(claims).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey);
  const body = JSON.stringify({
    ...{ token_type: 'Bearer', expires_in: LIFETIME_SECONDS, access_token: token, scope: SCOPE },
  });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const server = createServer((request, response) => {
  request.on('end', () => void answer(response)).resume();
});
server.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
