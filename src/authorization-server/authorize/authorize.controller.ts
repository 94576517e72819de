import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RUNNING_ORG } from '../endpoints/injected.js';
import { queryOf, readParameters } from '../endpoints/parameters.js';
import { formOf, requestSeenByHook } from '../endpoints/read-request.js';
import { sendAnswer } from '../endpoints/send-answer.js';
import type { RunningOrg } from '../running-org.js';
import { answerAuthorize } from './answer-authorize.js';
import { answerConsent } from './answer-consent.js';
import { answerSignIn, usedPage, type SentForm } from './answer-sign-in.js';
import { cookiesOf } from './browser-cookies.js';
import { CONSENT_PATH } from './consent-page.js';
import { SIGN_IN_PATH } from './sign-in-page.js';

const PATHS = ['oauth2/v1/authorize', 'oauth2/:serverId/v1/authorize'];

/** `/v1/authorize`, and the pages on which people sign in and consent (okta/authorization-server.md section 4.1). */
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

  @Post(SIGN_IN_PATH)
  async signIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void sendAnswer(reply, await answerSignIn(this.#running, sentForm(request)));
  }

  @Post(CONSENT_PATH)
  async consent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void sendAnswer(reply, await answerConsent(this.#running, sentForm(request)));
  }

  /** Somebody who comes back to the address of a form finds nothing there any more. */
  @Get([SIGN_IN_PATH, CONSENT_PATH])
  returned(@Res() reply: FastifyReply): void {
    void sendAnswer(reply, usedPage());
  }

  async #answer(serverId: string | undefined, { request, reply, parameters }: Authorizing): Promise<void> {
    const answer = await answerAuthorize(this.#running, {
      serverId: serverId ?? null,
      parameters,
      request: requestSeenByHook(this.#running, request),
      cookies: cookiesOf(request),
      picked: null,
      consent: null,
    });
    void sendAnswer(reply, answer);
  }
}

function sentForm(request: FastifyRequest): SentForm {
  return { body: readParameters(formOf(request)), cookies: cookiesOf(request) };
}

interface Authorizing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parameters: string;
}
