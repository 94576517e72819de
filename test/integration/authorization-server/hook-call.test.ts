import { describe, expect, it } from '@jest/globals';
import { SystemLog, type SystemLogEvent } from '../../../src/authorization-server/events/system-log.js';
import { HOOK_DEADLINE_MS, hookCaller } from '../../../src/authorization-server/hook/call-hook.js';
import { HookExchanges, type HookExchange } from '../../../src/authorization-server/hook/hook-exchanges.js';
import { HookFaults, type HookFault } from '../../../src/authorization-server/hook/hook-faults.js';
import { HookTokens } from '../../../src/authorization-server/hook/hook-tokens.js';
import { runHook, type HookOutcome } from '../../../src/authorization-server/hook/run-hook.js';
import type { InlineHook } from '../../../src/authorization-server/org/inline-hook.js';
import type { Switches } from '../../../src/authorization-server/org/org.js';
import { DEFAULT_SWITCHES } from '../../../src/authorization-server/org/switches.js';
import { HOOK_SECRET, inlineHook, occasionOf } from '../../support/hook-occasions.js';
import { answering, startHookServer, type Respond } from '../../support/hook-server.js';
import { examplePayload } from '../../support/payloads.js';
import { testCertificates } from '../../support/test-hook.js';

// What Okta does with a hook that answers, and with one that does not: okta/token-inline-hook.md sections 2, 3 and 5.

/** Of the calls that come to something, however busy the machine is, and of those that wait for their deadline. */
const PATIENCE_MS = 30_000;
const DEADLINE_MS = 1_000;
const NOW = Date.parse('2026-03-11T09:41:07.000Z');
const OCCASION = 'request_07_client_credentials';
const UNMODIFIED: HookOutcome = { kind: 'minted', drafts: occasionOf(OCCASION).drafts };

const certificates = await testCertificates();

const STAMP = {
  commands: [
    { type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/tenant_id', value: 'blue' }] },
  ],
};
const stamp = answering(200, STAMP);

interface Run {
  readonly outcome: HookOutcome;
  readonly events: readonly SystemLogEvent[];
  readonly exchange: HookExchange | undefined;
}

interface RunOptions {
  readonly hook: InlineHook;
  readonly fault?: HookFault;
  readonly switches?: Partial<Switches>;
  readonly ca?: string;
  readonly deadlineMs?: number;
}

async function run({ hook, fault, switches = {}, ca, deadlineMs = PATIENCE_MS }: RunOptions): Promise<Run> {
  const log = new SystemLog({ now: () => NOW, newId: () => 'uuid' });
  const faults = new HookFaults();
  const exchanges = new HookExchanges();
  if (fault !== undefined) faults.add(fault);
  const call = hookCaller({ ca: ca ?? null, deadlineMs });
  const outcome = await runHook(occasionOf(OCCASION, hook), {
    switches: { ...DEFAULT_SWITCHES, allowHttpHooks: true, ...switches },
    call,
    tokens: new HookTokens({ call, keyOf: noKeys, now: () => NOW, newId: () => 'id' }),
    faults,
    exchanges,
    log,
    now: () => NOW,
    newEventId: () => 'Hn5rT9uYRg3kMb7wZq1CxQ',
  });
  return { outcome, events: log.list(), exchange: exchanges.list()[0] };
}

function noKeys(): never {
  throw new TypeError('these hooks have no keys');
}

/** Runs a hook that answers as given; says how often it was called. */
async function runWith(
  respond: Respond,
  options: Omit<RunOptions, 'hook'> = {},
): Promise<Run & { readonly calls: number }> {
  const server = await startHookServer(respond);
  const ran = await run({ ...options, hook: inlineHook({ uri: server.url }) });
  return { ...ran, calls: server.calls.length };
}

function told(events: readonly SystemLogEvent[]): readonly (readonly (string | null)[])[] {
  return events.map(({ eventType, outcome: { result, reason } }) => [eventType, result, reason]);
}

function skipped(reason: string): readonly (readonly (string | null)[])[] {
  return [['inline_hook.executed', 'FAILURE', reason]];
}

describe('a hook call', () => {
  it('sends what Okta sends, over TLS that it trusts, and merges the answer', async () => {
    const server = await startHookServer(stamp, certificates);
    const { outcome, events } = await run({ hook: inlineHook({ uri: server.url }), ca: certificates.ca });
    expect(outcome).toMatchObject({ kind: 'minted', drafts: { access: { claims: { tenant_id: 'blue' } } } });
    expect(told(events)).toEqual([
      ['inline_hook.executed', 'SUCCESS', null],
      ['inline_hook.response.processed', 'SUCCESS', 'Operations applied: 1.'],
    ]);
    const [call] = server.calls;
    expect(server.calls).toHaveLength(1);
    expect(call).toMatchObject({ method: 'POST', url: '/okta/token-hook' });
    expect(JSON.parse(call?.body ?? '')).toEqual(examplePayload(OCCASION));
    expect(call?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'Okta-Integrations',
      'x-hook-secret': HOOK_SECRET,
      'content-length': String(call?.body.length),
    });
    expect(call?.headers).not.toHaveProperty('transfer-encoding');
  });

  it('has three seconds', () => {
    expect(HOOK_DEADLINE_MS).toBe(3_000);
  });

  it('goes over the connection of the call before, as long as the hook keeps that open', async () => {
    const ports: (number | undefined)[] = [];
    const server = await startHookServer((response, call) => {
      ports.push(response.socket?.remotePort);
      const closes: Readonly<Record<string, string>> = ports.length === 2 ? { connection: 'close' } : {};
      answering(200, STAMP, closes)(response, call);
    }, certificates);
    const call = hookCaller({ ca: certificates.ca, deadlineMs: 10_000 });
    const request = { uri: server.url, headers: new Map([['content-type', 'application/json']]), body: '{}' };
    for (let calls = 0; calls < 3; calls += 1) {
      expect(await call(request, null)).toMatchObject({ kind: 'answered', status: 200 });
    }
    const [first, second, third] = ports;
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('is not made again where the connection of the call before breaks', async () => {
    const server = await startHookServer((response, call) => {
      if (server.calls.length === 1) answering(200, STAMP)(response, call);
      else response.destroy();
    });
    const call = hookCaller({ ca: null, deadlineMs: 10_000 });
    const request = { uri: server.url, headers: new Map<string, string>(), body: '{}' };
    expect(await call(request, null)).toMatchObject({ kind: 'answered' });
    expect(await call(request, null)).toMatchObject({ kind: 'unreachable', code: 'ECONNRESET' });
    expect(server.calls).toHaveLength(2);
  });

  it('names the hook, the client and the rule in the log', async () => {
    const { events } = await runWith(answering(200, { ...STAMP, debugContext: { traceId: 't-1', n: 1 } }));
    const [, processed] = events;
    expect(processed).toMatchObject({
      actor: { id: '0oa3w6e8DvKyPu2Na1d7', type: 'PublicClientApp', displayName: 'Acme Batch Service' },
      target: [
        { id: 'cal1', type: 'InlineHook', displayName: 'Mintmark' },
        { type: 'PublicClientApp' },
        { id: '00p6g2h4FrTyUi8Op1d7' },
        { id: '0pr9j3k5SdFgHj1Kl1d7', type: 'PolicyRule' },
      ],
      debugContext: {
        debugData: { traceId: 't-1', n: '1', eventId: 'Hn5rT9uYRg3kMb7wZq1CxQ', status: '200' },
      },
    });
  });

  it('records the exchange without the secret', async () => {
    const { exchange, events } = await runWith(stamp);
    expect(exchange).toMatchObject({
      hookId: 'cal1',
      clientId: '0oa3w6e8DvKyPu2Na1d7',
      request: { headers: { 'x-hook-secret': '[redacted]' }, body: examplePayload(OCCASION) },
      response: { status: 200, contentType: 'application/json', body: JSON.stringify(STAMP) },
      fault: null,
      result: { kind: 'patched', reason: 'Operations applied: 1.' },
    });
    expect(JSON.stringify([exchange, events])).not.toContain(HOOK_SECRET);
  });

  it('stops the minting for an error object alone', async () => {
    const { outcome, events } = await runWith(answering(200, examplePayload('response_error')));
    const errorSummary = 'Orders entitlements are suspended for this account';
    expect(outcome).toEqual({ kind: 'denied', errorSummary });
    expect(told(events)).toEqual([
      ['inline_hook.executed', 'SUCCESS', null],
      ['inline_hook.response.processed', 'FAILURE', errorSummary],
    ]);
  });

  it('stops it with words of its own where the error has none', async () => {
    const { outcome } = await runWith(answering(200, { error: {} }));
    expect(outcome).toEqual({ kind: 'denied', errorSummary: 'The callback service returned an error.' });
  });
});

describe('a hook call that mints unmodified tokens, in one attempt', () => {
  it.each([201, 400, 401, 403, 404, 429, 500, 502, 503])('for status %j', async (status) => {
    const { outcome, events, calls, exchange } = await runWith(answering(status, STAMP));
    expect(outcome).toEqual(UNMODIFIED);
    expect(calls).toBe(1);
    expect(told(events)).toEqual([
      ['inline_hook.executed', 'FAILURE', expect.stringContaining(`status ${String(status)}`)],
    ]);
    expect(exchange).toMatchObject({ response: { status }, result: { kind: 'skipped' } });
  });

  it.each([301, 302, 303, 307, 308])('for the redirect %j, which is not followed', async (status) => {
    const elsewhere = await startHookServer(stamp);
    const { outcome, calls } = await runWith(answering(status, '', { location: elsewhere.url }));
    expect(outcome).toEqual(UNMODIFIED);
    expect([calls, elsewhere.calls.length]).toEqual([1, 0]);
  });

  it.each([
    ['that never answers', () => undefined],
    [
      'that answers bit by bit',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const dripping = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(dripping));
      },
    ],
  ] as readonly (readonly [string, Respond])[])('for a hook %s', async (_, respond) => {
    const { outcome, events, calls } = await runWith(respond, { deadlineMs: DEADLINE_MS });
    expect(outcome).toEqual(UNMODIFIED);
    expect(calls).toBe(1);
    expect(told(events)).toEqual(
      skipped(`The inline hook did not respond within ${String(DEADLINE_MS)} ms.`),
    );
  });

  it.each([
    ['before the answer', (response) => response.destroy()],
    [
      'in the middle of the body',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{', () => response.destroy());
      },
    ],
  ] as readonly (readonly [string, Respond])[])('for a connection that breaks %s', async (_, respond) => {
    const { outcome, events, calls, exchange } = await runWith(respond);
    expect(outcome).toEqual(UNMODIFIED);
    expect(calls).toBe(1);
    expect(told(events)).toEqual(skipped('The inline hook could not be reached (ECONNRESET).'));
    expect(exchange).toMatchObject({ response: null });
  });

  it('for an answer that switches protocols, and is none', async () => {
    const { outcome, events } = await runWith((response) => {
      response.socket?.end(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
      );
    });
    expect(outcome).toEqual(UNMODIFIED);
    expect(told(events)).toEqual(skipped('The inline hook could not be reached (ECONNRESET).'));
  });

  it('for a refused connection', async () => {
    const { outcome, events } = await run({ hook: inlineHook({ uri: 'http://127.0.0.1:1/' }) });
    expect(outcome).toEqual(UNMODIFIED);
    expect(told(events)).toEqual(skipped('The inline hook could not be reached (ECONNREFUSED).'));
  });

  it('for a certificate that is not trusted', async () => {
    const server = await startHookServer(stamp, certificates);
    const { outcome, events } = await run({ hook: inlineHook({ uri: server.url }) });
    expect(outcome).toEqual(UNMODIFIED);
    expect(server.calls).toHaveLength(0);
    expect(told(events)).toEqual([
      ['inline_hook.executed', 'FAILURE', expect.stringMatching(/could not be reached \([A-Z_]+\)/)],
    ]);
  });

  it.each(['https://', 'ftp://hook.example/', 'nonsense'])('for the URL %j', async (uri) => {
    expect(await run({ hook: inlineHook({ uri }) })).toMatchObject({ outcome: UNMODIFIED });
  });

  it('for a header that cannot be sent', async () => {
    const hook = inlineHook({ uri: 'http://127.0.0.1:1/', headers: [{ key: 'Field 1', value: 'x' }] });
    const { outcome, events } = await run({ hook });
    expect(outcome).toEqual(UNMODIFIED);
    expect(told(events)).toEqual(skipped('The inline hook could not be reached (ERR_INVALID_HTTP_TOKEN).'));
  });

  it('for a body of 256 KB, and reads one that is a byte smaller', async () => {
    const padded = (bytes: number) => JSON.stringify(STAMP).padEnd(bytes, ' ');
    const large = await runWith(answering(200, padded(256 * 1024)));
    expect(large.outcome).toEqual(UNMODIFIED);
    expect(told(large.events)).toEqual(
      skipped('The response of the inline hook is not smaller than 256 KB.'),
    );
    expect(large.exchange).toMatchObject({ response: { status: 200, body: null } });
    const small = await runWith(answering(200, padded(256 * 1024 - 1)));
    expect(small.outcome).not.toEqual(UNMODIFIED);
  });

  it('for a body that is no JSON', async () => {
    const { outcome, events, exchange } = await runWith(answering(200, '{"commands":\n[}'));
    expect(outcome).toEqual(UNMODIFIED);
    const reason = 'Could not deserialize inline hook response due to error at Line 2 Column 2';
    expect(told(events)).toEqual([
      ['inline_hook.executed', 'SUCCESS', null],
      ['inline_hook.response.processed', 'FAILURE', reason],
    ]);
    expect(exchange).toMatchObject({ result: { kind: 'invalid', reason } });
  });

  it.each([
    'response_INVALID_flat_value_object',
    'response_INVALID_lifetime_below_300',
    'response_INVALID_missing_parent',
    'response_INVALID_remove_with_value',
    'response_INVALID_reserved_claim',
  ])('for %s', async (name) => {
    const { outcome, events } = await runWith(answering(200, examplePayload(name)));
    expect(outcome).toEqual(UNMODIFIED);
    expect(events.map(({ outcome: { result } }) => result)).toEqual(['SUCCESS', 'FAILURE']);
  });

  it.each([
    [204, ''],
    [200, ''],
    [200, '{}'],
    [200, '{"commands":[]}'],
  ])('for status %j with the body %j, which asks for no change', async (status, body) => {
    const { outcome, events } = await runWith(answering(status, body));
    expect(outcome).toEqual(UNMODIFIED);
    expect(events.map(({ outcome: { result } }) => result)).toEqual(['SUCCESS', 'SUCCESS']);
  });
});

describe('a hook that is not called', () => {
  it('is inactive', async () => {
    const server = await startHookServer(stamp);
    const hook = { ...inlineHook({ uri: server.url }), status: 'INACTIVE' } as const;
    const { outcome, events } = await run({ hook });
    expect(outcome).toEqual(UNMODIFIED);
    expect(server.calls).toHaveLength(0);
    expect(told(events)).toEqual([['inline_hook.executed', 'SKIPPED', 'The inline hook is inactive.']]);
  });

  it('has a URL that is not https', async () => {
    const { outcome, events, calls } = await runWith(stamp, { switches: { allowHttpHooks: false } });
    expect(outcome).toEqual(UNMODIFIED);
    expect(calls).toBe(0);
    expect(told(events)).toEqual([
      ['inline_hook.executed', 'SKIPPED', 'The URL of the inline hook is not https.'],
    ]);
  });
});

describe('a fault in the way of a hook call', () => {
  it.each<readonly [HookFault, string]>([
    [{ kind: 'delay', milliseconds: 30_000 }, `did not respond within ${String(DEADLINE_MS)} ms`],
    [{ kind: 'drop' }, 'could not be reached (ECONNRESET)'],
    [{ kind: 'status', status: 503 }, 'status 503'],
    [{ kind: 'oversize' }, 'not smaller than 256 KB'],
    [{ kind: 'malformed' }, 'Could not deserialize inline hook response due to error at Line 1 Column'],
    [{ kind: 'malformed', body: '<html>' }, 'error at Line 1 Column 1'],
  ])('lets tokens be minted unmodified, though the hook was called: %j', async (fault, reason) => {
    const deadlineMs = fault.kind === 'delay' ? DEADLINE_MS : PATIENCE_MS;
    const { outcome, events, calls, exchange } = await runWith(stamp, { fault, deadlineMs });
    expect(outcome).toEqual(UNMODIFIED);
    expect(calls).toBe(1);
    expect(events.at(-1)?.outcome).toEqual({ result: 'FAILURE', reason: expect.stringContaining(reason) });
    expect(exchange).toMatchObject({ fault });
  });

  it('may be a delay that the deadline allows', async () => {
    const { outcome, exchange } = await runWith(stamp, { fault: { kind: 'delay', milliseconds: 60 } });
    expect(outcome).not.toEqual(UNMODIFIED);
    expect(exchange?.durationMs).toBeGreaterThanOrEqual(55);
  });

  it('does not make an answer of none', async () => {
    const hook = inlineHook({ uri: 'http://127.0.0.1:1/' });
    const { events } = await run({ hook, fault: { kind: 'status', status: 200 } });
    expect(told(events)).toEqual(skipped('The inline hook could not be reached (ECONNREFUSED).'));
  });
});
