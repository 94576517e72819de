import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { redirectAnswer, type Answer } from '../endpoints/answer.js';
import { RUNNING_ORG } from '../endpoints/injected.js';
import { queryOf, readParameters } from '../endpoints/parameters.js';
import { formOf } from '../endpoints/read-request.js';
import { sendAnswer } from '../endpoints/send-answer.js';
import type { RunningOrg } from '../running-org.js';
import { sessionOf } from '../sessions/signed-in.js';
import { answerLogout, endSession } from './answer-logout.js';
import { askToSignIn } from './ask-to-sign-in.js';
import { cookiesOf, type BrowserCookies } from './browser-cookies.js';
import { HOME_PATH, homePage, LOGIN_PATH, SIGN_OUT_PATH } from './session-pages.js';

const PATHS = ['oauth2/v1/logout', 'oauth2/:serverId/v1/logout'];

/** `/v1/logout` (okta/authorization-server.md section 4.5), and the pages of the org itself. */
@Controller()
export class SessionController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Get(PATHS)
  async logout(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#logout(serverId, { request, reply, parameters: queryOf(request.url) });
  }

  @Post(PATHS)
  async logoutByForm(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#logout(serverId, { request, reply, parameters: formOf(request) });
  }

  @Get(LOGIN_PATH)
  login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const cookies = cookiesOf(request);
    const home = this.#home(cookies);
    const question = { waiting: null, recipient: null, login: '', problem: null, failures: 0 };
    void sendAnswer(reply, home ?? askToSignIn(this.#running, { cookies, ...question }));
  }

  @Get(HOME_PATH)
  home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    void sendAnswer(reply, this.#home(cookiesOf(request)) ?? this.#toLogin());
  }

  @Get(SIGN_OUT_PATH)
  signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    void sendAnswer(reply, endSession(this.#running, this.#toLogin(), cookiesOf(request)));
  }

  #toLogin(): Answer {
    return redirectAnswer(`${this.#running.url}${LOGIN_PATH}`);
  }

  /** Undefined where nobody is signed in. */
  #home({ session: secret }: BrowserCookies): Answer | undefined {
    const { org } = this.#running;
    const session = sessionOf(this.#running, secret);
    const user = session === undefined ? undefined : org.users.get(session.userId);
    return user === undefined ? undefined : homePage(org, user);
  }

  async #logout(serverId: string | undefined, { request, reply, parameters }: Leave): Promise<void> {
    const answer = await answerLogout(this.#running, {
      serverId: serverId ?? null,
      parameters: readParameters(parameters),
      cookies: cookiesOf(request),
    });
    void sendAnswer(reply, answer);
  }
}

interface Leave {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parameters: string;
}
