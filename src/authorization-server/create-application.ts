import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TlsKeyPair } from '../config/tls-files.js';
import { NestLogger } from '../operations/nest-logger.js';
import { AuthorizationServerModule, type AuthorizationServerParts } from './authorization-server.module.js';
import { requireControlToken } from './control/require-control-token.js';
import { jsonAnswer } from './endpoints/answer.js';
import { allowCrossOrigin } from './endpoints/cross-origin.js';
import { sendAnswer } from './endpoints/send-answer.js';
import { pathNotFoundError } from './errors/okta-api-error.js';
import { oktaId, requestId } from './identifiers.js';
import { requireOwnHost } from './require-own-host.js';
import type { RunningOrg } from './running-org.js';

/** The largest body, in bytes: the file of an org is the largest that anybody sends. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** The largest form, in bytes: anybody may send one, and some of it is kept. */
const FORM_LIMIT_BYTES = 64 * 1024;

const FORM_TYPE = 'application/x-www-form-urlencoded';
const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml'];

export interface ApplicationOptions extends AuthorizationServerParts {
  /** Null for plain HTTP. */
  readonly tls: TlsKeyPair | null;
  readonly controlToken: string;
}

/** The Nest application of the mini authorization server, which listens when it is told where. */
export async function createApplication(options: ApplicationOptions): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AuthorizationServerModule.with(options),
    createAdapter(options),
    { logger: new NestLogger(options.logger), abortOnError: false, bodyParser: false },
  );
  prepare(app.getHttpAdapter().getInstance(), options);
  return app;
}

function createAdapter({ tls, running }: ApplicationOptions): FastifyAdapter {
  const settings = {
    bodyLimit: BODY_LIMIT_BYTES,
    return503OnClosing: false,
    forceCloseConnections: true,
    genReqId: () => requestId(running.random),
    logger: false,
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      answerUnreadablePath(running, request, reply);
    },
  } as const;
  if (tls === null) return new FastifyAdapter(settings);
  return new FastifyAdapter({ ...settings, https: { ...tls, minVersion: 'TLSv1.2' } });
}

/** A path that no route is looked for, since it has a wrong escape or a part that is too long for an id. */
function answerUnreadablePath({ random }: RunningOrg, request: FastifyRequest, reply: FastifyReply): void {
  const body = pathNotFoundError().toBody(oktaId('oae', random));
  void sendAnswer(reply.header('x-okta-request-id', request.id), jsonAnswer(404, body));
}

/** What happens to every request before a byte of its body is read. */
function prepare(server: FastifyInstance, { running, controlToken }: ApplicationOptions): void {
  readAsText(server, [FORM_TYPE], FORM_LIMIT_BYTES);
  readAsText(server, YAML_TYPES, BODY_LIMIT_BYTES);
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-okta-request-id', request.id);
    done();
  });
  requireOwnHost(server, running);
  allowCrossOrigin(server, running);
  requireControlToken(server, controlToken);
}

/** Forms are text, so that a parameter that comes twice shows, and so is the file of an org. */
function readAsText(server: FastifyInstance, types: string[], bodyLimit: number): void {
  server.addContentTypeParser(types, { parseAs: 'string', bodyLimit }, (_request, body, done) => {
    done(null, body);
  });
}
