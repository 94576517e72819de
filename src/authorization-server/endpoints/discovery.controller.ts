import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { discoveryClientError } from '../errors/okta-api-error.js';
import { publishedIssuer } from '../issuers/find-issuer.js';
import type { Issuer } from '../issuers/issuer.js';
import { publishedKeys } from '../keys/ring-keys.js';
import type { RunningOrg } from '../running-org.js';
import { jsonAnswer } from './answer.js';
import { oauthMetadata, openidMetadata, type DiscoveryDocument } from './discovery-documents.js';
import { RUNNING_ORG } from './injected.js';
import { queryOf, readParameters } from './parameters.js';
import { sendAnswer } from './send-answer.js';

/** Recorded answers of discovery have it (okta/authorization-server.md section 2.1). */
const DISCOVERY_CACHING = { 'cache-control': 'max-age=86400, must-revalidate' };

const OPENID = '.well-known/openid-configuration';
const OAUTH = '.well-known/oauth-authorization-server';

/** What a server publishes: its two discovery documents, also where RFC 8414 wants one, and its keys (sections 1 and 2). */
@Controller()
export class DiscoveryController {
  readonly #running: RunningOrg;

  constructor(@Inject(RUNNING_ORG) running: RunningOrg) {
    this.#running = running;
  }

  @Get([OPENID, `oauth2/:serverId/${OPENID}`])
  openid(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.#publish(serverId, { request, reply, document: openidMetadata });
  }

  @Get([OAUTH, `oauth2/:serverId/${OAUTH}`, `${OAUTH}/oauth2/:serverId`])
  oauth(
    @Param('serverId') serverId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.#publish(serverId, { request, reply, document: oauthMetadata });
  }

  @Get(['oauth2/v1/keys', 'oauth2/:serverId/v1/keys'])
  async keys(@Param('serverId') serverId: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const { server } = publishedIssuer(this.#running, serverId ?? null);
    const ring = this.#running.keys.of(server);
    const keys = publishedKeys(await ring.current());
    const maxAge = await ring.maxAgeSeconds();
    const caching = { 'cache-control': `max-age=${String(maxAge)}, must-revalidate` };
    void sendAnswer(reply, jsonAnswer(200, { keys }, caching));
  }

  #publish(serverId: string | undefined, { request, reply, document }: Publishing): void {
    const issuer = publishedIssuer(this.#running, serverId ?? null);
    const clientId = readParameters(queryOf(request.url)).get('client_id');
    if (clientId !== undefined && !this.#running.org.clients.has(clientId)) throw discoveryClientError();
    void sendAnswer(reply, jsonAnswer(200, document(issuer), DISCOVERY_CACHING));
  }
}

interface Publishing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly document: (issuer: Issuer) => DiscoveryDocument;
}
