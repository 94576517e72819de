import { createPrivateKey } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { HookKey } from '../org/inline-hook.js';
import { publicKeyOf, type KeySource, type PublicKey, type SigningKey } from './signing-key.js';

/** More keys than any org has: only those of orgs that were replaced go. */
const CAPACITY = 1_000;

/** What the org publishes of a hook key: `alg` is no JWA name, and `use` is null (okta/token-inline-hook.md section 6.3). */
export interface PublishedHookKey extends Pick<PublicKey, 'kty' | 'kid' | 'e' | 'n'> {
  readonly alg: 'RSA';
  readonly use: null;
}

/** The keys of an org's hook channels: those of its file, and those that are made when they are first needed. */
export class HookKeys {
  readonly #makeKey: KeySource;
  readonly #made = new LRUCache<string, Promise<SigningKey>>({ max: CAPACITY });

  constructor(makeKey: KeySource) {
    this.#makeKey = makeKey;
  }

  async of({ id, keyId, privateKey }: HookKey): Promise<SigningKey> {
    const { privateKey: key } = privateKey === null ? await this.#makeOnce(id) : parse(privateKey);
    return { kid: keyId, privateKey: key, publicKey: publicKeyOf(key, keyId) };
  }

  async published(hookKey: HookKey): Promise<PublishedHookKey> {
    const { kty, kid, e, n } = (await this.of(hookKey)).publicKey;
    return { kty, alg: 'RSA', kid, use: null, e, n };
  }

  #makeOnce(id: string): Promise<SigningKey> {
    const making = this.#made.get(id) ?? this.#makeKey();
    this.#made.set(id, making);
    return making;
  }
}

function parse(pem: string): Pick<SigningKey, 'privateKey'> {
  return { privateKey: createPrivateKey(pem) };
}
