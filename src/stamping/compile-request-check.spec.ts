import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { validateSync } from 'class-validator';
import { plainToInstance } from 'class-transformer';
import { compileRequestCheck, requestSchema } from './compile-request-check.js';
import { TOKEN_HOOK_REQUEST_CLASSES, TokenHookRequestDto } from './token-hook-request.dto.js';
// Classes of the same names as those of the request, in the same registry of decorators.
import '../directory/files/directory-file.dto.js';

const isTokenHookRequest = compileRequestCheck();

const MINIMAL = {
  eventType: 'com.okta.oauth2.tokens.transform',
  data: { context: { protocol: { issuer: { uri: 'https://issuer.example' }, client: { id: '0oa1' } } } },
};

function withData(members: object): unknown {
  return { ...MINIMAL, data: { ...MINIMAL.data, ...members } };
}

function withContext(members: object): unknown {
  return withData({ context: { ...MINIMAL.data.context, ...members } });
}

function withProtocol(members: object): unknown {
  return withContext({ protocol: { ...MINIMAL.data.context.protocol, ...members } });
}

const payloads = readdirSync('examples/payloads')
  .filter((name) => /^request_[01]/.test(name))
  .map((name): [string, unknown] => [name, JSON.parse(readFileSync(`examples/payloads/${name}`, 'utf8'))]);

const taken: [string, unknown][] = [
  ...payloads,
  ['the least', MINIMAL],
  ['unknown members', withData({ later: { x: [null] }, access: { claims: {}, later: 1, scopes: {} } })],
  ['null for what is optional', withData({ access: null, identity: null, refresh_token: null })],
  ['no user', withContext({ user: null })],
  ['anything in the request of the end user', withContext({ request: { url: 42 } })],
  ['a null lifetime', withData({ access: { token: { lifetime: { expiration: null } } } })],
  ['no protocol request', withProtocol({ request: null, originalGrant: null })],
];

const refused: [string, unknown][] = [
  ['null', null],
  ['a text', 'x'],
  ['a list', [MINIMAL]],
  ['no event type', { ...MINIMAL, eventType: undefined }],
  ['no data', { ...MINIMAL, data: null }],
  ['a number for the client id', withProtocol({ client: { id: 42 } })],
  ['a list for the client id', withProtocol({ client: { id: ['0oa1'] } })],
  ['an object for the client id', withProtocol({ client: { id: { not: 'x' } } })],
  ['no client', withProtocol({ client: null })],
  ['no issuer', withProtocol({ issuer: undefined })],
  ['a number for the user id', withContext({ user: { id: 1 } })],
  ['a text for the lifetime', withData({ access: { token: { lifetime: { expiration: '3600' } } } })],
  ['a fraction for the lifetime', withData({ access: { token: { lifetime: { expiration: 1.5 } } } })],
  ['a list for the claims', withData({ access: { claims: [] } })],
  ['a list for the scopes', withData({ access: { scopes: ['openid'] } })],
  ['a text for the ID token', withData({ identity: 'x' })],
  ['a number for the grant type', withProtocol({ request: { grant_type: 1 } })],
  ['a number for the refresh token', withData({ refresh_token: { jti: 1 } })],
];

describe('the request check', () => {
  it.each(taken)('takes %s', (_title, payload) => {
    expect(isTokenHookRequest(payload)).toBe(true);
  });

  it.each(refused)('refuses %s', (_title, payload) => {
    expect(isTokenHookRequest(payload)).toBe(false);
  });

  it('changes nothing of what it looks at', () => {
    const payload = withData({ access: { claims: { n: '1' } } });
    const before = JSON.stringify(payload);
    isTokenHookRequest(payload);
    expect(JSON.stringify(payload)).toBe(before);
  });

  it.each([...taken, ...refused])('agrees with class-validator itself about %s', (_title, payload) => {
    expect(isTokenHookRequest(payload)).toBe(isValid(payload));
  });
});

describe('the schema', () => {
  it('is a valid one: the service does not look at each start', () => {
    const ajv = new Ajv({ strict: true, allErrors: true });
    expect(ajv.validateSchema(requestSchema())).toBe(true);
  });

  it('has every class of the request, and none that happens to have the same name', () => {
    const { definitions } = requestSchema();
    expect(Object.keys(definitions as object).toSorted()).toEqual(
      TOKEN_HOOK_REQUEST_CLASSES.map(({ name }) => name).toSorted(),
    );
    expect(JSON.stringify(definitions)).not.toContain('tenantMode');
  });
});

/** What the decorators mean where class-validator runs them: the compiled schema must not differ. */
function isValid(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return false;
  const instance = plainToInstance(TokenHookRequestDto, structuredClone(payload));
  return validateSync(instance, { forbidUnknownValues: false }).length === 0;
}
