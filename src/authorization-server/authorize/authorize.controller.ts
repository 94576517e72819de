import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RUNNING_ORG } from '../endpoints/injected.js';
import { queryOf, readParameters } from '../endpoints/parameters.js';
import { cookieOf, formOf, requestSeenByHook } from '../endpoints/read-request.js';
import { sendAnswer } from '../endpoints/send-answer.js';
import type { RunningOrg } from '../running-org.js';
import { answerAuthorize, SESSION_COOKIE, SIGN_IN_PATH } from './answer-authorize.js';
import { answerSignIn } from './answer-sign-in.js';

const PATHS = ['oauth2/v1/authorize', 'oauth2/:serverId/v1/authorize'];

/** `/v1/authorize`, and the page that picks a user (okta/authorization-server.md section 4.1). */
@Controller()
export class AuthorizeController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Get(PATHS)
  async authorize(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer(serverId, { request, reply, parameters: queryOf(request.url) });
  }

  @Post(PATHS)
  async authorizeByForm(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer(serverId, { request, reply, parameters: formOf(request) });
  }

  @Post(`${SIGN_IN_PATH}/:interactionId`)
  async signIn(
    @Param('interactionId') interactionId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = readParameters(formOf(request));
    void sendAnswer(reply, await answerSignIn(this.#running, interactionId, body));
  }

  async #answer(serverId: string | undefined, { request, reply, parameters }: Authorizing): Promise<void> {
    const answer = await answerAuthorize(this.#running, {
      serverId: serverId ?? null,
      parameters,
      request: requestSeenByHook(this.#running, request),
      cookie: cookieOf(request, SESSION_COOKIE),
      picked: null,
    });
    void sendAnswer(reply, answer);
  }
}

interface Authorizing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parameters: string;
}
