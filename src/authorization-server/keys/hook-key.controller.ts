import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { jsonAnswer } from '../endpoints/answer.js';
import { RUNNING_ORG } from '../endpoints/injected.js';
import { sendAnswer } from '../endpoints/send-answer.js';
import { notFoundError } from '../errors/okta-api-error.js';
import type { RunningOrg } from '../running-org.js';

/** The public halves of hook keys, one bare JWK each (okta/token-inline-hook.md section 6.3): for whoever registers them on a client. */
@Controller('api/v1/hook-keys')
export class HookKeyController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Get('public/:keyId')
  async publicKey(@Param('keyId') keyId: string, @Res() reply: FastifyReply): Promise<void> {
    const { org, hookKeys } = this.#running;
    const hookKey = [...org.hookKeys.values()].find((key) => key.keyId === keyId);
    if (hookKey === undefined) throw notFoundError(keyId, 'HookKey');
    void sendAnswer(reply, jsonAnswer(200, await hookKeys.published(hookKey)));
  }
}
