import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { issuerKeys } from './issuer-keys.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const { publicKey } = await generateKeyPair('RS256');
const JWK = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
const TOKEN = { payload: '', signature: '' };

/** An issuer that counts how often it is asked, and its keys as a verifier sees them. */
function issuer() {
  const state = { asked: 0, isDown: false, time: 0, published: [JWK] };
  const publish = (): Promise<Response> => {
    state.asked += 1;
    return state.isDown
      ? Promise.reject(new TypeError('fetch failed'))
      : Promise.resolve(Response.json({ keys: state.published }));
  };
  const options = { now: () => state.time, fetch: publish };
  const keys = issuerKeys(new URL('https://login.acme.example/oauth2/default/v1/keys'), options);
  return { state, find: (kid: string) => keys({ alg: 'RS256', kid }, TOKEN) };
}

describe('the keys of an issuer', () => {
  it('are fetched for the first token, and once for many', async () => {
    const { state, find } = issuer();
    await Promise.all([find('one'), find('one'), find('one')]);
    await find('one');
    expect(state.asked).toBe(1);
  });

  it('are renewed after ten minutes, and no token waits for it', async () => {
    const { state, find } = issuer();
    await find('one');
    state.time += 10 * MINUTE_MS;
    state.isDown = true;
    await expect(find('one')).resolves.toBeDefined();
    expect(state.asked).toBe(2);
    await find('one');
    expect(state.asked).toBe(2);
  });

  it('count for a day when they cannot be renewed', async () => {
    const { state, find } = issuer();
    await find('one');
    state.isDown = true;
    state.time = 24 * 60 * MINUTE_MS - 1;
    await expect(find('one')).resolves.toBeDefined();
    state.time += 1;
    await expect(find('one')).rejects.toThrow('fetch failed');
    state.isDown = false;
    await expect(find('one')).resolves.toBeDefined();
  });

  it('are not there before they were fetched once, and looked for again', async () => {
    const { state, find } = issuer();
    state.isDown = true;
    await expect(find('one')).rejects.toThrow('fetch failed');
    state.isDown = false;
    await expect(find('one')).resolves.toBeDefined();
  });

  it('are not asked for again by every token that names an unknown one', async () => {
    const { state, find } = issuer();
    await find('one');
    for (const kid of ['two', 'three', 'four']) await expect(find(kid)).rejects.toThrow('no applicable key');
    expect(state.asked).toBe(1);
  });

  it('are looked for at once where a token names a new one, and again after 30 seconds', async () => {
    const { state, find } = issuer();
    await find('one');
    state.time += 30 * SECOND_MS;
    await expect(find('two')).rejects.toThrow('no applicable key');
    state.published = [JWK, { ...JWK, kid: 'two' }];
    state.time += 29 * SECOND_MS;
    await expect(find('two')).rejects.toThrow('no applicable key');
    state.time += SECOND_MS;
    await expect(find('two')).resolves.toBeDefined();
    expect(state.asked).toBe(3);
  });

  it('are not asked for by every unknown name while they cannot be had, and that is said', async () => {
    const { state, find } = issuer();
    await find('one');
    state.isDown = true;
    state.time += 30 * SECOND_MS;
    await expect(find('two')).rejects.toThrow('fetch failed');
    for (const kid of ['two', 'three']) await expect(find(kid)).rejects.toThrow('could not be renewed');
    await expect(find('one')).resolves.toBeDefined();
    expect(state.asked).toBe(2);
  });

  it('are not read where they are too large', async () => {
    const { state, find } = issuer();
    state.published = [{ ...JWK, use: 'x'.repeat(64 * 1024) }];
    await expect(find('one')).rejects.toThrow('too large');
  });
});
