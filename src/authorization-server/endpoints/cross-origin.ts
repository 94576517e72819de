import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RunningOrg } from '../running-org.js';
import { originsOf } from './allowed-origins.js';

interface OpenPath {
  readonly path: RegExp;
  /** As a preflight is answered. */
  readonly methods: string;
}

/** What pages of other origins use: discovery, keys, and what single-page apps do with tokens; never what goes by a cookie. */
const OPEN_PATHS: readonly OpenPath[] = [
  { path: /^\/oauth2\/(?:[^/]+\/)?v1\/(?:token|introspect|revoke)$/, methods: 'POST' },
  { path: /^\/oauth2\/(?:[^/]+\/)?v1\/userinfo$/, methods: 'GET, POST' },
  { path: /^\/oauth2\/(?:[^/]+\/)?v1\/keys$/, methods: 'GET' },
  {
    path: /^(?:\/oauth2\/[^/]+)?\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/,
    methods: 'GET',
  },
  { path: /^\/\.well-known\/oauth-authorization-server\/oauth2\/[^/]+$/, methods: 'GET' },
];

/** Names of headers, in a list of no unusual length. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]{1,1024}$/;

/**
 * Lets the pages of allowed origins read answers, whatever they are: refusals, what is not found and what is too large among
 * them, since a browser would tell a page nothing about those (okta/authorization-server.md section 3).
 */
export function allowCrossOrigin(server: FastifyInstance, running: RunningOrg): void {
  server.addHook('onRequest', (request, reply, done) => {
    const open = openPathOf(request.url);
    if (open === undefined) {
      done();
      return;
    }
    allowOrigin(running, request, reply);
    if (request.method === 'OPTIONS') answerPreflight(request, reply, open);
    else done();
  });
}

function openPathOf(target: string): OpenPath | undefined {
  const [path = ''] = target.split('?');
  return OPEN_PATHS.find((open) => open.path.test(path));
}

function allowOrigin(
  { org }: RunningOrg,
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.header('vary', 'Origin');
  if (origin === undefined || !originsOf(org, org.clients.values()).has(origin)) return;
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'WWW-Authenticate, X-Okta-Request-Id',
  });
}

/** What is allowed beyond the origin helps nobody whose origin is not. */
function answerPreflight({ headers }: FastifyRequest, reply: FastifyReply, { methods }: OpenPath): void {
  const asked = headers['access-control-request-headers'] ?? '';
  void reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': HEADER_NAMES.test(asked) ? asked : 'Authorization, Content-Type',
      'access-control-max-age': '3600',
    })
    .send();
}
