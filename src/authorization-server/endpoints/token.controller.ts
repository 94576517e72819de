import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { issuingIssuer } from '../issuers/find-issuer.js';
import type { RunningOrg } from '../running-org.js';
import { jsonAnswer } from './answer.js';
import { grantTokens } from './grant-tokens.js';
import { RUNNING_ORG } from './injected.js';
import { tokenRequestOf } from './read-request.js';
import { sendAnswer } from './send-answer.js';

const PATHS = ['oauth2/v1/token', 'oauth2/:serverId/v1/token'];

/** `/v1/token` (okta/authorization-server.md section 3). */
@Controller()
export class TokenController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Post(PATHS)
  async grant(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const issuer = issuingIssuer(this.#running, serverId ?? null);
    const { response } = await grantTokens(this.#running, issuer, tokenRequestOf(this.#running, request));
    void sendAnswer(reply, jsonAnswer(200, response));
  }
}
