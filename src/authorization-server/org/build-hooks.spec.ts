import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { OrgRefusedError } from './org-refused-error.js';
import { readOrgFile } from './read-org-file.js';

type Json = Readonly<Record<string, unknown>>;

function orgText(parts: Json): string {
  return stringify({ version: 1, org: { name: 'Acme', subDomain: 'acme' }, ...parts });
}

/** The faults of an org with these parts, without their lines. */
function problemsIn(parts: Json): readonly string[] {
  try {
    readOrgFile(orgText(parts));
  } catch (error) {
    if (!(error instanceof OrgRefusedError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().replace(/^line \d+, /, ''));
  }
  return [];
}

const BY_SECRET = {
  type: 'OAUTH',
  uri: 'https://hook.example/okta',
  authType: 'client_secret_post',
  clientId: '0oaHook',
  clientSecret: 'planted-secret',
  tokenUrl: 'https://login.example/oauth2/aus1/v1/token',
};
const { clientSecret: _secret, ...WITHOUT_SECRET } = BY_SECRET;
const BY_KEY = { ...WITHOUT_SECRET, authType: 'private_key_jwt', hookKey: 'Channel' };
const KEYS = { hookKeys: [{ name: 'Channel' }] };

function hookWith(channel: Json): Json {
  return { inlineHooks: [{ id: 'cal1', name: 'Hook', channel }] };
}

function rsa(modulusLength: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('the OAuth channel in the file of an org', () => {
  it('has a client with a secret, and asks for scopes', () => {
    const org = readOrgFile(orgText(hookWith({ ...BY_SECRET, scope: 'hook.call hook.see' })));
    expect(org.inlineHooks.get('cal1')?.channel).toEqual({
      type: 'OAUTH',
      uri: BY_SECRET.uri,
      headers: [],
      clientId: '0oaHook',
      credentials: { authType: 'client_secret_post', clientSecret: 'planted-secret' },
      tokenUrl: BY_SECRET.tokenUrl,
      scope: 'hook.call hook.see',
    });
  });

  it('has a client with a hook key, which it names', () => {
    const org = readOrgFile(orgText({ ...KEYS, ...hookWith(BY_KEY) }));
    const [hookKey] = [...org.hookKeys.values()];
    expect(org.inlineHooks.get('cal1')?.channel).toMatchObject({
      credentials: { authType: 'private_key_jwt', hookKey },
      scope: null,
    });
    expect(hookKey).toEqual({
      id: expect.stringMatching(/^HKY[0-9A-Za-z]{17}$/),
      keyId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      name: 'Channel',
      privateKey: null,
    });
  });

  it('has its key by the id, too, under the same key id each time', () => {
    const hookKeys = [{ id: 'HKY1', name: 'Channel' }, { name: 'Other' }];
    const read = () => readOrgFile(orgText({ hookKeys, ...hookWith({ ...BY_KEY, hookKey: 'HKY1' }) }));
    expect(read()).toEqual(read());
    expect(read().hookKeys.get('HKY1')).toMatchObject({ name: 'Channel' });
  });

  it.each<[Json, string]>([
    [{ authType: undefined }, 'authType: must be one of client_secret_post, private_key_jwt'],
    [{ clientId: undefined }, 'clientId: must be a client id'],
    [{ tokenUrl: undefined }, 'tokenUrl: must be an https URI of at most 1024 characters'],
    [
      { clientSecret: undefined },
      'clientSecret: must be there, since the channel proves itself by client_secret_post',
    ],
    [{ hookKey: 'Channel' }, 'hookKey: has no use, since the channel proves itself by client_secret_post'],
    [
      { authType: 'private_key_jwt' },
      'hookKey: must be there, since the channel proves itself by private_key_jwt',
    ],
    [
      { authType: 'private_key_jwt', hookKey: 'Channel' },
      'clientSecret: has no use, since the channel proves itself by private_key_jwt',
    ],
    [
      { authType: 'private_key_jwt', hookKey: 'None', clientSecret: undefined },
      'hookKey: there is no hook key called "None"',
    ],
    [{ authScheme: { key: 'x-a', value: 'b' } }, 'authScheme: has no use in a channel of type OAUTH'],
    [
      { headers: [{ key: 'Authorization', value: 'x' }] },
      'headers[0].key: this header is set by the call itself',
    ],
    [
      { tokenUrl: 'http://login.example/token' },
      'tokenUrl: must be an https URI, unless the switch allowHttpHooks is on',
    ],
    [
      { tokenUrl: 'https://a:b@login.example/token' },
      'tokenUrl: must have no user and no password: they are for clientId and what it proves itself with',
    ],
    [{ scope: 'two  spaces' }, 'scope: must be scopes with one space between each two'],
    [{ type: 'HTTP' }, 'authType: has no use in a channel of type HTTP'],
  ])('refuses %j', (changes, problem) => {
    expect(problemsIn({ ...KEYS, ...hookWith({ ...BY_SECRET, ...changes }) })).toContain(
      `inlineHooks[0].channel.${problem}`,
    );
  });

  it('shows no secret in a fault', () => {
    const problems = problemsIn(hookWith({ ...BY_SECRET, clientSecret: 'planted-secret\n', tokenUrl: 'x' }));
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('planted');
  });
});

describe('hook keys in the file of an org', () => {
  it('may be of the test’s own', () => {
    const privateKey = rsa(2048);
    const org = readOrgFile(orgText({ hookKeys: [{ id: 'HKY1', keyId: 'kid-1', name: 'Own', privateKey }] }));
    expect(org.hookKeys.get('HKY1')).toEqual({ id: 'HKY1', keyId: 'kid-1', name: 'Own', privateKey });
  });

  it.each<[readonly Json[], string]>([
    [[{ name: 'A' }, { name: 'A', id: 'HKY1' }], 'hookKeys[1]: there is another hook key called "A"'],
    [
      [
        { name: 'A', keyId: 'k' },
        { name: 'B', keyId: 'k' },
      ],
      'hookKeys[1].keyId: this key id is there already',
    ],
    [[{ name: 'A', privateKey: 'x' }], 'hookKeys[0].privateKey: must be a private key in PEM'],
    [
      [{ name: 'A', privateKey: '-----BEGIN NONSENSE-----' }],
      'hookKeys[0].privateKey: must be a private RSA key of at least 2048 bits, in PEM',
    ],
    [
      [{ name: 'A', privateKey: rsa(1024) }],
      'hookKeys[0].privateKey: must be a private RSA key of at least 2048 bits, in PEM',
    ],
    [
      Array.from({ length: 51 }, (_, index) => ({ name: `Key ${String(index)}` })),
      'hookKeys: must be no more than 50',
    ],
  ])('are refused: %j', (hookKeys, problem) => {
    expect(problemsIn({ hookKeys })).toContain(problem);
  });
});
