import { describe, expect, it } from '@jest/globals';
import { checkHookResponse } from '../../src/claims/check-hook-response.js';
import { ISSUER, USER, userCall } from '../support/calls.js';
import { examplePayload } from '../support/payloads.js';
import { startTestHook } from '../support/test-hook.js';
import { startCollector } from '../support/trace-collector.js';

function tracingTo(endpoint: string, ratio = 1) {
  return { endpoint, headers: { 'x-api-key': 'collector-key' }, serviceName: 'hook-under-test', ratio };
}

function traceIdIn(body: unknown): unknown {
  return (body as { readonly debugContext?: { readonly traceId?: unknown } }).debugContext?.traceId;
}

describe('a call that is traced', () => {
  it('is a span with its steps, whose trace id Okta’s System Log and our log show', async () => {
    const collector = await startCollector();
    const hook = await startTestHook({ configuration: { tracing: tracingTo(collector.endpoint) } });
    const { body } = await hook.send(userCall({ user: USER.eli }));
    const line = hook.logs().at(-1);
    await hook.service.close();
    const traceId = traceIdIn(body);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(line).toMatchObject({ msg: 'hook call', traceId });
    expect(collector.headers).toEqual(['/v1/traces collector-key']);
    const [call, ...others] = collector
      .spans()
      .toSorted((a, b) => Number('parentSpanId' in a) - Number('parentSpanId' in b));
    expect(call).toMatchObject({ name: 'token hook', traceId });
    expect(new Set(others.map(({ name }) => name))).toEqual(
      new Set(['authenticate', 'receive', 'check', 'facts', 'decide', 'respond']),
    );
    expect(
      others.every(({ parentSpanId, traceId: id }) => parentSpanId === call?.spanId && id === traceId),
    ).toBe(true);
    const attributes = call?.attributes.map(({ key, value }) => [key, value.stringValue]);
    expect(Object.fromEntries(attributes ?? [])).toEqual({
      'mintmark.outcome': 'stamped',
      'mintmark.issuer': 'acme-orders',
      'mintmark.client': '0oa8h3n5LpCfGs6Zk1d7',
      'mintmark.mode': 'enforce',
      'mintmark.grant_type': 'password',
      'mintmark.selection': 'only',
      'mintmark.facts': 'directory',
    });
    expect(JSON.stringify(collector.exports)).not.toContain(USER.eli);
  });

  it('is answered with nothing but what Okta applies', async () => {
    const collector = await startCollector();
    const hook = await startTestHook({ configuration: { tracing: tracingTo(collector.endpoint) } });
    const { body } = await hook.send(examplePayload('request_01_authorization_code_user'));
    const identity = { claims: {}, lifetimeSeconds: 3600 };
    expect(checkHookResponse(body, { identity, access: identity })).toEqual([]);
    await hook.service.close();
  });

  it('has the status of an error where the policy answered', async () => {
    const collector = await startCollector();
    const hook = await startTestHook({ configuration: { tracing: tracingTo(collector.endpoint) } });
    const { body } = await hook.send(userCall({ user: USER.eli, issuer: `${ISSUER.orders}x` }));
    await hook.service.close();
    expect(body).toEqual({ commands: [], debugContext: { traceId: traceIdIn(body) } });
    const call = collector.spans().find(({ name }) => name === 'token hook');
    expect(call?.status).toEqual({ code: 2 });
  });

  it('is not exported where it is not in the share, and still has an id', async () => {
    const collector = await startCollector();
    const hook = await startTestHook({ configuration: { tracing: tracingTo(collector.endpoint, 0) } });
    expect(traceIdIn((await hook.send(userCall({ user: USER.eli }))).body)).toMatch(/^[0-9a-f]{32}$/);
    await hook.service.close();
    expect(collector.exports).toEqual([]);
  });
});

describe('a collector that fails', () => {
  it.each([
    ['refuses', async () => (await startCollector(400)).endpoint],
    ['is not there', () => Promise.resolve('http://127.0.0.1:9')],
  ])('and %s holds up no call and no stop, and is reported once', async (_, endpoint) => {
    const hook = await startTestHook({ configuration: { tracing: tracingTo(await endpoint()) } });
    const { body } = await hook.send(userCall({ user: USER.eli }));
    expect(body).toMatchObject({ commands: [{}] });
    await hook.service.close();
    const warnings = hook.logs().filter(({ msg }) => String(msg).startsWith('traces could not be exported'));
    expect(warnings).toHaveLength(1);
  });
});
