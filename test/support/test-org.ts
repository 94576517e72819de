import { readFile } from 'node:fs/promises';
import { parseDocument, type Document } from 'yaml';
import {
  startAuthorizationServer,
  type AuthorizationServerHandle,
  type MintRequest,
  type Org,
} from '../../src/authorization-server/start.js';
import type { HookConfiguration } from '../../src/config/configuration.js';
import { EXAMPLES_FOLDER } from '../../src/playground/sample-directory.js';
import { readWiredOrg, SAMPLE_ORG, type HookChannel } from '../../src/playground/sample-org.js';
import type { TestClient } from './oauth-requests.js';
import { HEADER, NOW, SECRETS, startTestHook, testCertificates, type TestHook } from './test-hook.js';
import { onTeardown } from './teardown.js';

/** Custom authorization servers of the sample org. */
export const SERVER = {
  orders: 'aus7k2m9QxRtYb4Vw1d7',
  strict: 'aus2s4t6StRiCt8Xy1d7',
  shadow: 'aus3s5h7ShAdOw9Yz1d7',
  off: 'aus4o6f8OfFoFf1Za1d7',
} as const;

/** How long the emulated Okta waits for the hook where nothing else is said: whatever else the machine has to do. */
const PATIENCE_MS = 20_000;

type Claims = Readonly<Record<string, unknown>>;

/** A token that is wanted: at Acme Orders, and by client credentials where no user is named. */
export type Wish = Omit<MintRequest, 'grant'> & { readonly grant?: MintRequest['grant'] };

export interface MintedTokens {
  /** Verified by nobody: the claims as they are in the token. */
  readonly access: Claims;
  /** Empty where there is no ID token. */
  readonly identity: Claims;
  readonly before: { readonly access: Claims | undefined; readonly identity: Claims | undefined };
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresIn: number;
  /** What the system log says of the hook, newest last. */
  readonly hookEvents: readonly {
    readonly eventType: string;
    readonly result: string;
    readonly reason: string | null;
  }[];
}

export interface TestOrg {
  readonly hook: TestHook;
  readonly server: AuthorizationServerHandle;
  /** Acme Orders: what its tokens say, and where its endpoints and keys are. */
  readonly issuer: string;
  readonly endpoints: string;
  readonly keys: URL;
  mint(wish: Wish): Promise<MintedTokens>;
  /** What the endpoint would answer to a wish that is not granted. */
  refusal(wish: Wish): Promise<unknown>;
  /** The next hook call is answered with this instead; the hook is called all the same. */
  answerOnce(body: unknown): void;
  /** Begins with the org's file again, changes it, and reaches the hook as usual or by another channel. */
  changeOrg(change: (file: Document) => void, channel?: Partial<HookChannel>): void;
}

export interface TestOrgOptions {
  /** Below the examples. */
  readonly org?: string;
  /** Whether time passes, as it does for programs of their own; it stands still at NOW where not. */
  readonly inRealTime?: boolean;
  readonly configuration?: Partial<HookConfiguration>;
  /** How long the emulated Okta waits for the hook. */
  readonly hookDeadlineMs?: number;
}

/**
 * The mini authorization server, the hook service over HTTPS and the sample directory in real PostgreSQL: each wired to the
 * others as Okta would be, and all of them by one clock.
 */
export async function startTestOrg({
  org = SAMPLE_ORG,
  inRealTime = false,
  configuration = {},
  hookDeadlineMs = PATIENCE_MS,
}: TestOrgOptions = {}): Promise<TestOrg> {
  const certificates = await testCertificates();
  const text = await readFile(`${EXAMPLES_FOLDER}${org}`, 'utf8');
  const clock = { now: () => (inRealTime ? Date.now() : NOW) };
  const hook = await startTestHook({ certificates, configuration, now: () => clock.now() });
  const wired = (file: string, channel: Partial<HookChannel> = {}): Org =>
    readWiredOrg(file, { uri: hook.service.url, header: HEADER, secret: SECRETS.all, ...channel });
  const server = await startAuthorizationServer({
    org: wired(text),
    publicUrl: 'https://login.acme.example',
    hookCa: certificates.ca,
    hookDeadlineMs,
  });
  onTeardown(() => server.stop());
  if (!inRealTime) server.clock.freeze(NOW);
  clock.now = () => server.clock.now();
  const endpoints = `${server.localUrl}/oauth2/${SERVER.orders}`;
  return {
    hook,
    server,
    issuer: server.issuer(SERVER.orders),
    endpoints,
    keys: new URL(`${endpoints}/v1/keys`),
    changeOrg: (change, channel) => {
      const file = parseDocument(text);
      change(file);
      server.replaceOrg(wired(file.toString(), channel));
    },
    answerOnce: (body) => {
      server.faults.add({ kind: 'malformed', body: JSON.stringify(body) });
    },
    mint: (wish) => mint(server, wish),
    refusal: (wish) =>
      mint(server, wish).then(
        () => 'granted',
        ({ error, description }: { readonly error: unknown; readonly description: unknown }) => ({
          error,
          error_description: description,
        }),
      ),
  };
}

async function mint(server: AuthorizationServerHandle, wish: Wish): Promise<MintedTokens> {
  const grant = wish.user === undefined ? 'client_credentials' : 'authorization_code';
  const minted = await server.mint({ server: SERVER.orders, grant, ...wish });
  const { decoded, before, accessToken, refreshToken, expiresIn, events } = minted;
  return {
    access: decoded.access.payload,
    identity: decoded.identity?.payload ?? {},
    before: { access: before.access?.claims, identity: before.identity?.claims },
    ...{ accessToken, refreshToken, expiresIn },
    hookEvents: events
      .filter(({ eventType }) => eventType.startsWith('inline_hook.'))
      .map(({ eventType, outcome }) => ({ eventType, ...outcome })),
  };
}

/** Secrets of the sample org's clients. */
export const CLIENT_SECRET = {
  web: 'sample-secret-of-the-orders-web-app',
  batch: 'sample-secret-of-the-batch-service',
  exporter: 'sample-secret-of-the-export-service',
} as const;

/** A client that sends its id and secret in the body. */
export function postingClient(id: string, secret: string): TestClient {
  return { id, proof: { client_id: id, client_secret: secret } };
}
