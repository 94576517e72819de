import { describe, expect, it } from '@jest/globals';
import { ISSUER, USER, userCall } from '../support/calls.js';
import { HEADER, SECRETS, startTestHook } from '../support/test-hook.js';

const hook = await startTestHook();

async function metrics(): Promise<string> {
  return (await fetch(`${hook.service.opsUrl}/metrics`)).text();
}

describe('the metrics', () => {
  it('count every call by outcome, reason and issuer, and callers that nobody knows', async () => {
    await hook.send(userCall({ user: USER.eli }));
    await hook.send(userCall({ user: USER.eli }));
    await hook.send(userCall({ user: USER.fay, issuer: ISSUER.strict }));
    await hook.send(userCall({ user: USER.eli, issuer: ISSUER.shadow }));
    await hook.send(userCall({ user: USER.eli, issuer: 'https://unknown.example/oauth2/x' }));
    await hook.send(userCall({ user: USER.eli, issuer: ISSUER.off }), SECRETS.ordersOnly);
    await hook.call('{', [
      [HEADER, SECRETS.all],
      ['content-type', 'application/json'],
    ]);
    await hook.call('{}', [[HEADER, 'wrong']]);
    const lines = (await metrics()).split('\n').filter((line) => /^mintmark_(hook|unauth)/.test(line));
    expect(lines.toSorted()).toEqual(
      [
        'mintmark_hook_calls_total{outcome="stamped",reason="",issuer="acme-orders"} 2',
        'mintmark_hook_calls_total{outcome="denied",reason="selection_ambiguous",issuer="acme-strict"} 1',
        'mintmark_hook_calls_total{outcome="shadow",reason="",issuer="acme-shadow"} 1',
        'mintmark_hook_calls_total{outcome="failed",reason="unknown_issuer",issuer=""} 1',
        'mintmark_hook_calls_total{outcome="failed",reason="issuer_not_allowed",issuer=""} 1',
        'mintmark_hook_calls_total{outcome="failed",reason="not_json",issuer=""} 1',
        'mintmark_unauthenticated_calls_total 1',
      ].toSorted(),
    );
  });
});
