import type { Drafts } from '../../claims/hook-call.js';
import { parsePointer } from '../../okta/json-pointer.js';
import { RESERVED_CLAIMS } from '../../okta/reserved-claims.js';
import { TOKEN_NAMES, type TokenName } from '../../okta/token-hook-response.js';
import { warning, type Finding } from './finding.js';
import type { Merge, ResponseOperation, TokenState } from './merge-response.js';

/** What the operations are applied to; the merge is null where they are not applied. */
export interface AppliedTo {
  readonly drafts: Drafts;
  readonly merge: Merge | null;
}

/** Bytes of claims that make some 8 KB of a signed token: what proxies let a header have. */
const LARGE_CLAIMS_BYTES = 6_000;

const OTHER_TOKEN: Readonly<Record<TokenName, TokenName>> = { access: 'identity', identity: 'access' };
const TITLES: Readonly<Record<TokenName, string>> = { access: 'access token', identity: 'ID token' };

/** Advice on operations that Okta may well apply (sections 2.1, 2.4, 2.6, 2.7 and 2.10). */
export function lintOperations(
  operations: readonly ResponseOperation[],
  { drafts, merge }: AppliedTo,
): readonly Finding[] {
  if (merge === null) return [];
  return [
    ...operations.flatMap((operation) => lintOperation(operation, drafts)),
    ...lintRepetitions(operations),
    ...TOKEN_NAMES.flatMap((name) => lintSize(name, merge.tokens[name])),
  ];
}

function lintOperation(
  { at, token, op, path, value }: ResponseOperation,
  drafts: Drafts,
): readonly Finding[] {
  const [root, claim = '', ...below] = parsePointer(path) ?? [];
  if (root !== 'claims') return [];
  const findings: Finding[] = [];
  const place = `${at}/path`;
  if (op === 'add' && below.length === 0 && Object.hasOwn(drafts[token]?.claims ?? {}, claim))
    findings.push(warning('2.4', place, `"${claim}" is in the draft already: replace says what is meant`));
  if (RESERVED_CLAIMS[OTHER_TOKEN[token]].has(claim) && !isReplaceable(token, claim))
    findings.push(
      warning(
        '2.6',
        place,
        `"${claim}" is reserved in the ${TITLES[OTHER_TOKEN[token]]}: a name that works in both is safer`,
      ),
    );
  if (claim.startsWith('okta_'))
    findings.push(warning('2.6', place, `"${claim}" begins with okta_, which is for claims of Okta’s own`));
  if (hasInexactNumber(value))
    findings.push(
      warning('2.7', `${at}/value`, 'fractions, and integers beyond 2^53, are not documented as values'),
    );
  return findings;
}

/** Section 2.6: in an access token these two may be replaced. */
function isReplaceable(token: TokenName, claim: string): boolean {
  return token === 'access' && (claim === 'sub' || claim === 'aud');
}

function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasInexactNumber);
}

function lintRepetitions(operations: readonly ResponseOperation[]): readonly Finding[] {
  const seen = new Set<string>();
  return operations.flatMap(({ at, token, path }) => {
    const key = JSON.stringify([token, path]);
    // An index or the end of a list is another place each time.
    const isRepeated = seen.has(key) && !/\/(?:-|\d+)$/.test(path);
    seen.add(key);
    return isRepeated
      ? [warning('2.10', `${at}/path`, `there is an earlier operation for ${path}: the last one wins`)]
      : [];
  });
}

function lintSize(name: TokenName, token: TokenState | undefined): readonly Finding[] {
  const bytes = token === undefined ? 0 : Buffer.byteLength(JSON.stringify(token.claims));
  if (bytes <= LARGE_CLAIMS_BYTES) return [];
  return [
    warning(
      '2.1',
      null,
      `the ${TITLES[name]} has ${String(bytes)} bytes of claims: signed, it is too long for the headers of many proxies`,
    ),
  ];
}
