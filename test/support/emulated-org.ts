import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import {
  startAuthorizationServer,
  type AuthorizationServerHandle,
  type AuthorizationServerOptions,
} from '../../src/authorization-server/start.js';
import { onTeardown } from './teardown.js';

/** One key for all servers of a test file: generating one takes longer than most tests. */
const SIGNING_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** The instant at which the emulator's clock stands, to begin with. */
export const INSTANT = Date.parse('2026-03-11T09:41:07.000Z');

/** A small org of its own, for tests of the emulator alone. The hook is called where `hookUrl` says. */
export function orgFile({ hookUrl = 'http://127.0.0.1:1/hook', more = '' } = {}): string {
  return `
version: 1
org: { name: Test, subDomain: test }
groups: [{ name: Staff }]
users:
  - { id: 00uDana, groups: [Staff], profile: { login: dana@test.example, firstName: Dana, lastName: Rivers, email: dana@test.example } }
  - { id: 00uEli, profile: { login: eli@test.example, firstName: Eli, lastName: Bond } }
  - { id: 00uFay, status: SUSPENDED, profile: { login: fay@test.example, firstName: Fay, lastName: Cole } }
clients:
  - id: 0oaService
    label: Service
    applicationType: service
    secret: secret-of-the-service-of-tests
  - id: 0oaWeb
    label: Web
    secret: secret-of-the-web-app-of-tests
    redirectUris: [https://app.test.example/callback, https://app.test.example/other?x=1]
    grantTypes: [authorization_code, refresh_token]
    assignments: { groups: [Staff], users: [00uFay] }
  - id: 0oaOther
    label: Other web
    authenticationMethod: client_secret_post
    secret: secret-of-the-other-app-of-tests
    redirectUris: [https://other.test.example/callback]
    grantTypes: [authorization_code, refresh_token]
    assignments: { groups: [Staff] }
  - id: 0oaBrowser
    label: Single page
    applicationType: browser
    redirectUris: [https://spa.test.example/callback]
    grantTypes: [authorization_code, refresh_token]
    assignments: { groups: [Staff] }
inlineHooks:
  - name: Stamp
    id: calStamp
    channel: { uri: '${hookUrl}', authScheme: { key: x-hook-secret, value: secret-of-the-hook-of-tests } }
authorizationServers:
  - id: default
    name: default
    audience: api://test
    scopes:
      - { name: 'read:invoices', default: true, metadataPublish: ALL_CLIENTS }
      - { name: 'write:invoices', default: true }
    policies:
      - name: All
        clients: [ALL_CLIENTS]
        rules:
          - name: Machines
            grantTypes: [client_credentials]
            accessTokenLifetimeMinutes: 30
          - name: People
            grantTypes: [authorization_code]
            refreshTokenLifetimeMinutes: 1440
            refreshTokenWindowMinutes: 60
  - id: ausHooked
    name: Hooked
    audience: api://hooked
    rotationMode: MANUAL
    scopes: [{ name: 'orders:read' }]
    policies:
      - name: All
        clients: [ALL_CLIENTS]
        rules:
          - { name: All, grantTypes: [client_credentials, authorization_code], inlineHook: Stamp }
  - { id: ausGone, name: Gone, audience: api://gone, status: INACTIVE }
switches: { allowHttpHooks: true }
${more}`;
}

/** The emulator over plain HTTP on a free port, with its clock standing at `INSTANT`. */
export async function startEmulatedOrg(
  options: Partial<AuthorizationServerOptions> = {},
): Promise<AuthorizationServerHandle> {
  const server = await startAuthorizationServer({
    org: orgFile(),
    signingKeys: [SIGNING_KEY],
    environment: {},
    ...options,
  });
  onTeardown(() => server.stop());
  server.clock.freeze(INSTANT);
  return server;
}

export interface EchoHook {
  readonly url: string;
  /** Bodies that came so far. */
  readonly bodies: readonly HookBody[];
  /** What is answered from now on. */
  answer(body: unknown): void;
}

/** As much of a hook's body as tests look at. */
export interface HookBody {
  readonly source: string;
  readonly data: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A hook of the test's own, which keeps what it is sent. */
export async function startEchoHook(): Promise<EchoHook> {
  const bodies: HookBody[] = [];
  let answer: unknown = {};
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    bodies.push((await json(request)) as HookBody);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(async () => {
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/hook`,
    bodies,
    answer: (body) => {
      answer = body;
    },
  };
}
