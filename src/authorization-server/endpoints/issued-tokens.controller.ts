import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { introspectToken } from '../issued-tokens/introspect-token.js';
import { revokeToken } from '../issued-tokens/revoke-token.js';
import { issuingIssuer } from '../issuers/find-issuer.js';
import { endpointOf } from '../issuers/issuer.js';
import type { RunningOrg } from '../running-org.js';
import { EMPTY_ANSWER, jsonAnswer } from './answer.js';
import { askAboutToken } from './ask-about-token.js';
import { RUNNING_ORG } from './injected.js';
import { tokenRequestOf } from './read-request.js';
import { recordingRefusals, recordRevocation } from './record-grant.js';
import { sendAnswer } from './send-answer.js';

/** `/v1/introspect` and `/v1/revoke` (okta/authorization-server.md sections 4.2 and 4.3). */
@Controller()
export class IssuedTokensController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Post(['oauth2/v1/introspect', 'oauth2/:serverId/v1/introspect'])
  async introspect(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const running = this.#running;
    const issuer = issuingIssuer(running, serverId ?? null);
    const asked = await askAboutToken(
      running,
      endpointOf(issuer, 'introspect'),
      tokenRequestOf(running, request),
    );
    void sendAnswer(reply, jsonAnswer(200, await introspectToken(running, { issuer, ...asked })));
  }

  @Post(['oauth2/v1/revoke', 'oauth2/:serverId/v1/revoke'])
  async revoke(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const running = this.#running;
    const issuer = issuingIssuer(running, serverId ?? null);
    const revocation = tokenRequestOf(running, request);
    const asking = { issuer, client: null, request: revocation.request };
    const asked = await recordingRefusals(
      running.log,
      { ...asking, eventType: 'app.oauth2.as.token.revoke' },
      () => askAboutToken(running, endpointOf(issuer, 'revoke'), revocation),
    );
    const revoked = await revokeToken(running, { issuer, ...asked });
    if (revoked !== undefined) recordRevocation(running.log, revoked, { ...asking, client: asked.client });
    void sendAnswer(reply, EMPTY_ANSWER);
  }
}
