import { createHash, createPrivateKey } from 'node:crypto';
import { generatedId } from './generated-id.js';
import type { HookKeyDto } from './hook-file.dto.js';
import type { HookKey } from './inline-hook.js';
import type { Names } from './name-index.js';

/** How many an org may have (okta/token-inline-hook.md section 5). */
const LIMIT = 50;

/** The keys of an org's hook channels (section 6.3). */
export function buildHookKeys(dtos: readonly HookKeyDto[], names: Names): ReadonlyMap<string, HookKey> {
  if (dtos.length > LIMIT) names.report(['hookKeys'], `must be no more than ${String(LIMIT)}`);
  const keyIds = new Set<string>();
  const built = dtos.map(({ id, keyId, name, privateKey = null }, index): HookKey => {
    const path = ['hookKeys', index];
    const key = {
      id: id ?? generatedId('HKY', name),
      keyId: keyId ?? uuidOf(name),
      name,
      privateKey,
    };
    names.hookKeys.add(key, path);
    if (keyIds.has(key.keyId)) names.report([...path, 'keyId'], 'this key id is there already');
    keyIds.add(key.keyId);
    if (privateKey !== null && !isPrivateRsaKey(privateKey)) {
      names.report([...path, 'privateKey'], 'must be a private RSA key of at least 2048 bits, in PEM');
    }
    return key;
  });
  return new Map(built.map((key) => [key.id, key]));
}

/** A UUID made of a name, the same each time. */
function uuidOf(name: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['HookKey', name]))
    .digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

function isPrivateRsaKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}
