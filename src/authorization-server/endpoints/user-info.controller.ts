import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OAuthError } from '../errors/oauth-errors.js';
import { userInfoOf } from '../issued-tokens/user-info.js';
import { issuingIssuer } from '../issuers/find-issuer.js';
import type { RunningOrg } from '../running-org.js';
import { bearerRefusal, jsonAnswer, type Answer } from './answer.js';
import { personOf } from './bearer-token.js';
import { RUNNING_ORG } from './injected.js';
import { tokenRequestOf } from './read-request.js';
import { sendAnswer } from './send-answer.js';

const PATHS = ['oauth2/v1/userinfo', 'oauth2/:serverId/v1/userinfo'];

/** `/v1/userinfo` (okta/authorization-server.md section 4.4): by POST as well, as OpenID Connect Core 1.0 has it (section 5.3.1). */
@Controller()
export class UserInfoController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Get(PATHS)
  async get(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void sendAnswer(reply, await this.#answer(serverId, request));
  }

  @Post(PATHS)
  async post(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void sendAnswer(reply, await this.#answer(serverId, request));
  }

  async #answer(serverId: string | undefined, request: FastifyRequest): Promise<Answer> {
    const running = this.#running;
    const issuer = issuingIssuer(running, serverId ?? null);
    try {
      const person = await personOf(running, issuer, tokenRequestOf(running, request));
      return jsonAnswer(200, userInfoOf(running, issuer, person));
    } catch (error) {
      if (error instanceof OAuthError && error.error !== 'server_error') return bearerRefusal(error);
      throw error;
    }
  }
}
