// oauth2-mock-server, which authenticates no client.
import { randomBytes } from 'node:crypto';
import { OAuth2Server } from 'oauth2-mock-server';
import { CLAIMS, LIFETIME_SECONDS } from './token-claims.mjs';

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
server.service.on('beforeTokenSigning', ({ payload }) => {
  const jti = `AT.${randomBytes(32).toString('base64url')}`;
  Object.assign(payload, CLAIMS, { jti, exp: payload.iat + LIFETIME_SECONDS });
  delete payload.nbf;
  delete payload.scope;
});
await server.start(Number(process.env['MINT_PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
