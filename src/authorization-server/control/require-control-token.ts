import type { FastifyInstance } from 'fastify';
import { isSameSecret } from '../client-authentication/same-secret.js';
import { OktaApiError } from '../errors/okta-api-error.js';
import { CONTROL_PATH } from './control.controller.js';

/** Lets nobody control the emulator who does not have its control token; an empty one is nobody's. */
export function requireControlToken(server: FastifyInstance, controlToken: string): void {
  server.addHook('onRequest', (request, _reply, done) => {
    // The route that was found, not the text of the path: that has many spellings.
    const isControl = request.routeOptions.url?.startsWith(`${CONTROL_PATH}/`) === true;
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const isProven = token !== undefined && isSameSecret(token, controlToken);
    if (!isControl || isProven) done();
    else done(new OktaApiError(401, { code: 'E0000011', summary: 'Invalid token provided' }));
  });
}
