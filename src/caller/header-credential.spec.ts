import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  generateSecret,
  groupByHeader,
  hashSecret,
  provenByHeaders,
  type HeaderCredential,
} from './header-credential.js';

const NOW = 1_000_000;

function credential(id: string, secret: string, members: Partial<HeaderCredential> = {}): HeaderCredential {
  const secretSha256 = hashSecret(secret);
  return { id, scheme: 'header', headerName: 'x-secret', secretSha256, expiresAt: null, ...members };
}

function provenBy(rawHeaders: readonly string[], ...credentials: readonly HeaderCredential[]): string[] {
  return provenByHeaders(rawHeaders, groupByHeader(credentials), NOW).map(({ id }) => id);
}

describe('a secret', () => {
  it('is kept as the SHA-256 of its Latin-1 bytes', () => {
    const bytes = createHash('sha256')
      .update(Buffer.from([0x61, 0xe9, 0x7e]))
      .digest();
    expect(Buffer.from(hashSecret('aé~'))).toEqual(bytes);
  });

  it('is proven by every credential that has it, in whatever case the header is named', () => {
    const known = [credential('one', 'a'), credential('two', 'a'), credential('other', 'b')];
    expect(provenBy(['Accept', '*/*', 'X-Secret', 'a'], ...known)).toEqual(['one', 'two']);
  });

  it.each([
    ['of a header that comes twice', ['x-secret', 'a', 'x-secret', 'a']],
    ['of another header', ['x-other', 'a']],
    ['with a blank before it', ['x-secret', ' a']],
    ['that is empty', ['x-secret', '']],
    ['that is its hash', ['x-secret', Buffer.from(hashSecret('a')).toString('latin1')]],
    ['of no header', []],
  ])('proves nothing %s', (_, rawHeaders) => {
    expect(provenBy(rawHeaders, credential('one', 'a'))).toEqual([]);
  });

  it('proves nothing from the instant on at which its credential expires', () => {
    const expiring = [NOW, NOW + 1].map((expiresAt) => credential(String(expiresAt), 'a', { expiresAt }));
    expect(provenBy(['x-secret', 'a'], ...expiring)).toEqual([String(NOW + 1)]);
  });

  it('is of 512 characters at the most, and ours are far shorter', () => {
    const [longest, longer] = ['a'.repeat(512), 'a'.repeat(513)];
    expect(provenBy(['x-secret', longest], credential('longest', longest))).toEqual(['longest']);
    expect(provenBy(['x-secret', longer], credential('longer', longer))).toEqual([]);
    const made = generateSecret();
    expect(made).toMatch(/^mms_[\w-]{43}$/);
    expect(provenBy(['x-secret', made], credential('made', made))).toEqual(['made']);
  });
});
