import { describe, expect, it } from '@jest/globals';
import { examplePayload } from '../support/payloads.js';
import { startTestHook } from '../support/test-hook.js';

// The example payloads of Okta's contract, answered from the sample directory at a fixed instant. Each answer stands here as
// a whole: this is what Okta would merge.

const hook = await startTestHook();
const unhinted = await startTestHook();

const ACCESS = 'com.okta.access.patch';
const IDENTITY = 'com.okta.identity.patch';
const ORDER_LIMIT = '/claims/https:~1~1acme.example~1claims~1order_limit';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

function add(path: string, value: unknown): Operation {
  return { op: 'add', path, value };
}

/** What both tokens get: the marker, the selection, and the tenant. */
function stamps(selection: string, tenant: string): readonly Operation[] {
  return [
    add('/claims/mintmark', { v: 1 }),
    add('/claims/tenant_selection', selection),
    add('/claims/tenant_id', tenant),
  ];
}

const BLUE = {
  'api.webhooks': true,
  'orders.export': true,
  'orders.max_per_day': 5000,
  regions: ['eu', 'us'],
  'support.tier': 'priority',
};

const GREEN = {
  'orders.export': false,
  'orders.max_per_day': 100,
  regions: ['eu'],
  'support.tier': 'community',
};

function access(...operations: readonly Operation[]): unknown {
  return { type: ACCESS, value: operations };
}

function identity(...operations: readonly Operation[]): unknown {
  return { type: IDENTITY, value: operations };
}

/** Green's subscription ends 30 minutes after the instant of these tests. */
function lifetime(seconds: number): Operation {
  return { op: 'replace', path: '/token/lifetime/expiration', value: seconds };
}

const AT_AUTHORIZE = lifetime(1500);
const AT_TOKEN = lifetime(1800);

function blueAdmin(...more: readonly Operation[]): unknown {
  return access(
    ...stamps('hinted', 'blue'),
    add('/claims/tenant_roles', ['admin']),
    add('/claims/tenant_entitlements', BLUE),
    ...more,
  );
}

function greenViewer(selection: string, ...more: readonly Operation[]): unknown {
  return access(
    ...stamps(selection, 'green'),
    add('/claims/tenant_roles', ['viewer']),
    add('/claims/tenant_entitlements', GREEN),
    ...more,
  );
}

describe('the example payloads', () => {
  it.each([
    [
      'request_01_authorization_code_user',
      [identity(...stamps('hinted', 'blue')), blueAdmin(add(ORDER_LIMIT, 5000))],
    ],
    [
      'request_02_implicit_token_id_token',
      [identity(...stamps('bound', 'green')), greenViewer('bound', AT_AUTHORIZE)],
    ],
    ['request_03_implicit_id_token_only', [identity(...stamps('bound', 'green'))]],
    [
      'request_04_hybrid_code_id_token',
      [identity(...stamps('default', 'green')), greenViewer('default', AT_AUTHORIZE)],
    ],
    [
      'request_05_authorization_code_no_openid',
      [greenViewer('default', add(ORDER_LIMIT, 100), AT_AUTHORIZE)],
    ],
    [
      'request_07_client_credentials',
      [
        access(
          ...stamps('bound', 'blue'),
          add('/claims/tenant_roles', ['batch']),
          add('/claims/tenant_entitlements', BLUE),
          add(ORDER_LIMIT, 5000),
        ),
      ],
    ],
    [
      'request_08_resource_owner_password',
      [identity(...stamps('default', 'green')), greenViewer('default', add(ORDER_LIMIT, 100), AT_TOKEN)],
    ],
    ['request_09_device_code', [identity(...stamps('bound', 'green')), greenViewer('bound', AT_TOKEN)]],
    ['request_10_token_exchange', [identity(...stamps('bound', 'green')), greenViewer('bound', AT_TOKEN)]],
    ['request_11_saml2_bearer', [greenViewer('default', add(ORDER_LIMIT, 100), AT_TOKEN)]],
    [
      'request_12_interaction_code',
      [identity(...stamps('default', 'green')), greenViewer('default', AT_TOKEN)],
    ],
    ['request_13_rich_claims', [identity(...stamps('hinted', 'blue')), blueAdmin(add(ORDER_LIMIT, 5000))]],
  ])('%s', async (name, commands) => {
    expect(await hook.send(examplePayload(name))).toEqual({ status: 200, body: { commands } });
  });

  it('request_06_refresh_token, of a chain that no hint began', async () => {
    // Payloads 01 and 06 share a refresh token: only a directory that has not seen 01 answers this.
    const commands = [
      identity(...stamps('default', 'green')),
      greenViewer('default', add(ORDER_LIMIT, 100), AT_TOKEN),
    ];
    expect(await unhinted.send(examplePayload('request_06_refresh_token'))).toEqual({
      status: 200,
      body: { commands },
    });
  });

  it('request_06_refresh_token, of the chain that request_01 began', async () => {
    await hook.send(examplePayload('request_01_authorization_code_user'));
    const commands = [
      identity(...stamps('remembered', 'blue')),
      access(
        ...stamps('remembered', 'blue'),
        add('/claims/tenant_roles', ['admin']),
        add('/claims/tenant_entitlements', BLUE),
        add(ORDER_LIMIT, 5000),
      ),
    ];
    expect(await hook.send(examplePayload('request_06_refresh_token'))).toEqual({
      status: 200,
      body: { commands },
    });
  });

  it('request_90_saml_hook is another event, and changes nothing', async () => {
    expect(await hook.send(examplePayload('request_90_saml_hook'))).toEqual({
      status: 200,
      body: { commands: [] },
    });
  });
});
