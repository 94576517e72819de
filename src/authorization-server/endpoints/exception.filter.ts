import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorCode } from '../../operations/error-code.js';
import type { Logger } from '../../operations/logger.js';
import { oauthError, OAuthError } from '../errors/oauth-errors.js';
import { methodNotAllowedError, OktaApiError, pathNotFoundError } from '../errors/okta-api-error.js';
import { oktaId } from '../identifiers.js';
import type { RunningOrg } from '../running-org.js';
import { jsonAnswer, type Answer } from './answer.js';
import { LOGGER, RUNNING_ORG } from './injected.js';
import { sendAnswer } from './send-answer.js';

/** Paths that exist, for whoever uses the wrong method. */
const KNOWN_PATHS: readonly RegExp[] = [
  /^\/oauth2\/(?:[^/]+\/)?v1\/(?:authorize|token|introspect|revoke|userinfo|logout|keys)$/,
  /^(?:\/oauth2\/[^/]+)?\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/,
  /^\/\.well-known\/oauth-authorization-server\/oauth2\/[^/]+$/,
];

/** Turns whatever is thrown into the shape that Okta gives it: OAuth's, or that of its API. What nobody foresaw is a `server_error`. */
@Catch()
export class AnyExceptionFilter implements ExceptionFilter {
  readonly #running: RunningOrg;
  readonly #logger: Logger;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg, @Inject(LOGGER) logger: Logger) {
    this.#running = running;
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    void sendAnswer(http.getResponse<FastifyReply>(), this.#answerTo(error, request));
  }

  #answerTo(error: unknown, request: FastifyRequest): Answer {
    const known = error instanceof OAuthError ? error : asApiError(error, request);
    if (known instanceof OAuthError) return jsonAnswer(known.status, known.toBody());
    if (known !== undefined)
      return jsonAnswer(known.status, known.toBody(oktaId('oae', this.#running.random)));
    this.#logger.error({ code: errorCode(error), requestId: request.id }, 'a request failed');
    const unexpected = oauthError('server_error');
    return jsonAnswer(unexpected.status, unexpected.toBody());
  }
}

/** Undefined for what is our own fault. */
function asApiError(error: unknown, { url }: FastifyRequest): OktaApiError | undefined {
  if (error instanceof OktaApiError) return error;
  const status = statusOf(error);
  if (status === 404) {
    const [path = ''] = url.split('?');
    const isKnown = KNOWN_PATHS.some((known) => known.test(path));
    return isKnown ? methodNotAllowedError() : pathNotFoundError();
  }
  if (status < 400 || status > 499) return undefined;
  const unreadable = { code: 'E0000003', summary: 'The request body was not well-formed.' };
  return new OktaApiError(status === 413 ? 413 : 400, unreadable);
}

/** Nest and Fastify say it each in their own way. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' ? status : 500;
}
