import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { compileRequestCheck } from '../../stamping/compile-request-check.js';
import { buildSample, type SampleWish } from './build-sample.js';
import { changeSample } from './change-sample.js';
import { allPaths, findUnknown, TOKEN_HOOK_MEMBERS } from './known-members.js';
import { parseMemberPath, parseMemberValue } from './member-path.js';
import { nearest } from './nearest.js';
import { SAML_SAMPLE, samlSample } from './saml-sample.js';
import { SAMPLE_VARIANTS, type SampleVariant } from './sample-variants.js';

function example(name: string): unknown {
  return JSON.parse(readFileSync(`examples/payloads/${name}.json`, 'utf8'));
}

function variant(name: string): SampleVariant {
  const found = SAMPLE_VARIANTS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
}

function build(name: string, wish: SampleWish = {}) {
  return buildSample(variant(name), wish);
}

function change(name: string, set: readonly string[], more: object = {}): object {
  const members = set.map((text) => parseMemberValue(text) ?? { path: [], value: null });
  const changes = { set: members, unset: [], allowUnknown: false, ...more };
  return changeSample(build(name), changes, { name, members: TOKEN_HOOK_MEMBERS });
}

const EXAMPLES = [
  ['authorization-code', 'request_01_authorization_code_user'],
  ['implicit', 'request_02_implicit_token_id_token'],
  ['implicit-id-token', 'request_03_implicit_id_token_only'],
  ['hybrid', 'request_04_hybrid_code_id_token'],
  ['authorization-code-without-openid', 'request_05_authorization_code_no_openid'],
  ['refresh-token', 'request_06_refresh_token'],
  ['client-credentials', 'request_07_client_credentials'],
  ['password', 'request_08_resource_owner_password'],
  ['device-code', 'request_09_device_code'],
  ['token-exchange', 'request_10_token_exchange'],
  ['saml2-bearer', 'request_11_saml2_bearer'],
  ['interaction-code', 'request_12_interaction_code'],
  ['rich-claims', 'request_13_rich_claims'],
] as const;

describe('a sample', () => {
  it.each(EXAMPLES)('%s is the example payload, to the letter', (name, file) => {
    expect(JSON.stringify(build(name))).toBe(JSON.stringify(example(file)));
  });

  it('of another event is that event', () => {
    expect(JSON.stringify(samlSample())).toBe(JSON.stringify(example('request_90_saml_hook')));
    expect(SAMPLE_VARIANTS.map(({ name }) => name)).not.toContain(SAML_SAMPLE.name);
  });

  it.each(SAMPLE_VARIANTS.map(({ name }) => name))('%s is what the hook reads', (name) => {
    expect(compileRequestCheck()(build(name))).toBe(true);
    const unknown = pathsOf(build(name)).filter((path) => findUnknown(path, TOKEN_HOOK_MEMBERS));
    expect(unknown).toEqual([]);
  });
});

/** The paths of all objects and values, without looking into lists. */
function pathsOf(value: unknown, before: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...before, name];
    return [path, ...pathsOf(member, path)];
  });
}

describe('a wish', () => {
  it('for another client, user and issuer reaches every place that names them', () => {
    const wish = { client: '0oaOTHER', user: '00uOTHER', issuer: 'https://id.other.example/oauth2/aus1' };
    const text = JSON.stringify(build('authorization-code', wish));
    for (const { id, login } of [{ id: '00u4t9y2JkLmWq7Rz1d7', login: 'dana' }])
      for (const former of [id, login, '0oa8h3n5LpCfGs6Zk1d7', 'login.acme.example'])
        expect(text).not.toContain(former);
    expect(build('authorization-code', wish).data).toMatchObject({
      context: {
        user: { id: '00uOTHER', profile: { login: '00uother@sample.example' } },
        session: { userId: '00uOTHER' },
        protocol: { client: { id: '0oaOTHER', name: 'Sample Client' }, request: { client_id: '0oaOTHER' } },
      },
      identity: { claims: { sub: '00uOTHER', aud: '0oaOTHER', iss: wish.issuer } },
      access: { claims: { uid: '00uOTHER', cid: '0oaOTHER', iss: wish.issuer } },
    });
  });

  it('for scopes decides which tokens are minted', () => {
    const plain = build('authorization-code', { scopes: ['orders:read', 'custom'] }).data;
    expect(plain.identity).toBeUndefined();
    expect(plain.refresh_token).toBeUndefined();
    expect(plain.access?.claims['jti']).toMatch(/^AT\.[^.]+$/);
    expect(Object.keys(plain.access?.scopes ?? {})).toEqual(['orders:read', 'custom']);
    expect(plain.context.protocol.request['scope']).toBe('orders:read custom');
    const offline = build('password', { scopes: ['openid', 'offline_access'], refreshTokenJti: 'oarX' }).data;
    expect(offline.refresh_token).toEqual({ jti: 'oarX' });
    expect(offline.access?.claims['jti']).toMatch(/\.oarX$/);
  });

  it('for a tenant stands in the query, or does not', () => {
    const url = (name: string, wish: SampleWish): URL =>
      new URL(build(name, wish).data.context.request.url.value);
    expect(url('authorization-code', { hint: 'green' }).searchParams.get('tenant')).toBe('green');
    expect(url('authorization-code', { hint: null }).searchParams.has('tenant')).toBe(false);
    expect(url('client-credentials', { hint: 'a&b' }).search).toBe('?tenant=a%26b');
    const twice = url('implicit', { hint: 'blue', query: [['tenant', 'green']] });
    expect(twice.searchParams.getAll('tenant')).toEqual(['blue', 'green']);
  });

  it('for another instant moves the sign-in along', () => {
    const call = build('authorization-code', { at: Date.parse('2027-01-31T00:00:09.500Z') });
    expect(call.eventTime).toBe('2027-01-31T00:00:09.000Z');
    expect(call.data.context.session?.createdAt).toBe('2027-01-31T00:00:00.000Z');
    expect(call.data.identity?.claims['auth_time']).toBe(Date.parse('2027-01-31T00:00:00Z') / 1000);
  });

  it.each([
    ['client-credentials', { user: '00u1' }, 'client-credentials has no user'],
    ['client-credentials', { scopes: ['openid'] }, 'they are for people'],
    ['implicit', { scopes: ['orders:read'] }, 'needs the scope openid'],
  ] as const)('that %s cannot fulfil is refused (%j)', (name, wish, words) => {
    expect(() => build(name, wish)).toThrow(words);
  });
});

describe('a path', () => {
  it.each([
    ['data.access.claims.region=eu', ['data', 'access', 'claims', 'region'], 'eu'],
    ['data.access.claims.seats=5', ['data', 'access', 'claims', 'seats'], 5],
    ['a="5"', ['a'], '5'],
    ['a={"b":[null]}', ['a'], { b: [null] }],
    ['a=', ['a'], ''],
    ['a=b=c', ['a'], 'b=c'],
    ['/data/https:~1~1acme.example~1t=1', ['data', 'https://acme.example/t'], 1],
  ])('is read from %s', (text, path, value) => {
    expect(parseMemberValue(text)).toEqual({ path, value });
  });

  it.each(['', '=x', 'a', 'a..b=1', '.a=1', '/a~2=1', '//=1'])('is none in %j', (text) => {
    expect(parseMemberValue(text)).toBeUndefined();
  });

  it('is read from dots and from pointers alike', () => {
    expect(parseMemberPath('/data/access')).toEqual(parseMemberPath('data.access'));
    expect(parseMemberPath('data.')).toBeUndefined();
  });
});

describe('a change', () => {
  it('sets members, makes objects below claims, and leaves members out', () => {
    const changed = change(
      'client-credentials',
      [
        'data.access.claims.profile.team=a',
        'data.access.claims.__proto__.x=1',
        'data.context.protocol.request.scope=',
      ],
      { unset: [['data', 'access', 'scopes', 'orders:write']] },
    ) as ReturnType<typeof build>;
    expect(changed.data.access?.claims['profile']).toEqual({ team: 'a' });
    expect(Object.keys(changed.data.access?.claims ?? {})).toContain('__proto__');
    expect(changed.data.context.protocol.request['scope']).toBe('');
    expect(Object.keys(changed.data.access?.scopes ?? {})).toEqual(['orders:read']);
    expect({}).not.toHaveProperty('x');
  });

  it('appends to lists, and sets their items', () => {
    const changed = change('rich-claims', [
      'data.access.claims.preferred_airports.-=jfk',
      'data.access.claims.preferred_airports.0=muc',
    ]) as ReturnType<typeof build>;
    expect(changed.data.access?.claims['preferred_airports']).toEqual(['muc', 'lax', 'sfo', 'oak', 'jfk']);
    expect(() => change('rich-claims', ['data.access.claims.preferred_airports.x=1'])).toThrow(
      'no place in a list',
    );
  });

  it.each([
    ['data.acces.claims.region=eu', 'Did you mean data.access.claims.region?'],
    ['data.acces.x=1', 'Did you mean data.access?'],
    ['data.context.client.id=1', 'data.context.protocol.client.id'],
    ['clientId=1', 'data.context.protocol.request.client_id'],
    ['data.context.user.profile.email=x', 'which has login, firstName, lastName, locale, timeZone'],
    ['eventId.x=1', 'is a value without members'],
    [
      'data.context.protocol.OriginalGrant.refresh_token.jti=1',
      'data.context.protocol.originalGrant.refresh_token.jti',
    ],
  ])('of an unknown path is explained: %s', (set, words) => {
    expect(() => change('authorization-code', [set])).toThrow(words);
    expect(() => change('authorization-code', [set])).toThrow('--allow-unknown');
  });

  it('of a part that the variant does not have says how to give it all', () => {
    expect(() => change('client-credentials', ['data.identity.claims.nickname=x'])).toThrow(
      `client-credentials has no "data.identity". To give it one, set all of it: --set 'data.identity={…}'.`,
    );
    expect(change('client-credentials', ['data.identity={"claims":{}}'])).toMatchObject({
      data: { identity: { claims: {} } },
    });
  });

  it('of unknown members is made where it is asked for', () => {
    const changed = change('client-credentials', ['data.later.x=1'], { allowUnknown: true });
    expect(changed).toMatchObject({ data: { later: { x: 1 } } });
    expect(() => change('client-credentials', ['source.x=1'], { allowUnknown: true })).toThrow('no members');
  });

  it('that leaves out what is not there says what is', () => {
    const unset = [['data', 'context', 'polcy']];
    expect(() => change('client-credentials', [], { unset })).toThrow('Did you mean data.context.policy?');
  });
});

describe('the nearest names', () => {
  it('are found by letters and by parts, and not at any price', () => {
    const names = SAMPLE_VARIANTS.map(({ name }) => name);
    expect(nearest('client_credential', names)).toEqual(['client-credentials']);
    expect(nearest('refresh', names)).toEqual(['refresh-token']);
    expect(nearest('Pasword', names)).toEqual(['password']);
    expect(nearest('zzz', names)).toEqual([]);
  });

  it('know every member of the contract', () => {
    expect(allPaths(TOKEN_HOOK_MEMBERS).length).toBeGreaterThan(60);
  });
});
