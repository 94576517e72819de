import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import fastJsonPatch, { type Operation } from 'fast-json-patch';
import {
  applyHookResponse,
  type HookMerge,
} from '../../src/authorization-server/hook/apply-hook-response.js';
import type { DraftTokens } from '../../src/authorization-server/hook/draft-tokens.js';
import type { Switches } from '../../src/authorization-server/org/org.js';
import { checkHookResponse } from '../../src/claims/check-hook-response.js';
import { decide } from '../../src/claims/decide.js';
import { toHookResponse } from '../../src/claims/to-hook-response.js';
import { scenarios } from '../support/claims-arbitraries.js';
import { DEFAULT_SWITCHES } from '../../src/authorization-server/org/switches.js';
import {
  commandCases,
  PLAIN,
  responseCases,
  TRICKY,
  type MergeCase,
} from '../support/hook-response-arbitraries.js';
import { examplePayload } from '../support/payloads.js';

// The emulator's merge and the validator of `claims/` were written apart from the same reference; a library that knows
// nothing of Okta says what RFC 6902 makes of a patch.

const RUNS = { numRuns: 4_000 };

/** Every point that is not documented, decided against the hook. */
const STRICT: Switches = {
  ...DEFAULT_SWITCHES,
  unknownResponseMembers: 'invalid',
  chainedOperations: 'refuse',
};

// ---- What the reference allows, written down once more. ----

interface Command {
  readonly type: string;
  readonly value: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[];
}

const TOKENS = ['access', 'identity'] as const;
type Token = (typeof TOKENS)[number];

const { id_token, access_token } = examplePayload('reserved-claims') as Readonly<
  Record<string, readonly string[]>
>;
const RESERVED: Readonly<Record<Token, readonly string[]>> = {
  identity: id_token ?? [],
  access: access_token ?? [],
};

function commandsIn(body: unknown): readonly Command[] {
  return (body as { readonly commands: readonly Command[] }).commands;
}

function tokenOf({ type }: Command): Token | undefined {
  return TOKENS.find((token) => type === `com.okta.${token}.patch`);
}

/** Sections 2.4 to 2.8: what can be told from an operation alone. */
function isAllowed(token: Token, { op, path, value }: Command['value'][number]): boolean {
  if (!['add', 'replace', 'remove'].includes(op)) return false;
  if (path === '/token/lifetime/expiration') {
    const seconds = Number.isInteger(value) ? Number(value) : 0;
    return op === 'replace' && seconds >= 300 && seconds <= 86_400;
  }
  const [, claim = '', rest = ''] = /^\/claims\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  const name = claim.replaceAll('~1', '/').replaceAll('~0', '~');
  if (claim === '' || RESERVED[token].includes(name)) return false;
  if (op !== 'remove') return value !== undefined && value !== null;
  const isSubjectOrAudience = token === 'access' && rest === '' && ['sub', 'aud'].includes(name);
  return (value === undefined || value === null) && !isSubjectOrAudience;
}

/** The drafts as the library patches them; undefined where Okta refuses or the library throws. */
function patchedByLibrary({ drafts, body }: MergeCase): DraftTokens | undefined {
  const documents = new Map(
    TOKENS.flatMap((token) => {
      const draft = drafts[token];
      if (draft === undefined) return [];
      const { claims, lifetimeSeconds: expiration } = draft;
      return [[token, structuredClone({ claims, token: { lifetime: { expiration } } })] as const];
    }),
  );
  for (const command of commandsIn(body)) {
    const token = tokenOf(command);
    const document = token === undefined ? undefined : documents.get(token);
    if (token === undefined || document === undefined) return undefined;
    if (!command.value.every((operation) => isAllowed(token, operation))) return undefined;
    try {
      // It puts values into the document as they are, and patches them there.
      fastJsonPatch.applyPatch(document, structuredClone(command.value) as readonly Operation[], true);
    } catch {
      return undefined;
    }
  }
  return Object.fromEntries(
    [...documents].map(
      ([
        token,
        {
          claims,
          token: { lifetime },
        },
      ]) => [token, { claims, lifetimeSeconds: lifetime.expiration }],
    ),
  );
}

/** The drafts as they are signed after a merge. */
function draftsAfter(merge: HookMerge, drafts: DraftTokens): DraftTokens {
  return merge.kind === 'patched' ? merge.drafts : drafts;
}

/** Whether Okta does what the response says: with an error, deny in its words. */
function isTakenAsWritten(merge: HookMerge, body: unknown): boolean {
  switch (merge.kind) {
    case 'patched':
    case 'unchanged':
      return true;
    case 'denied':
      return (
        merge.errorSummary ===
        (body as { readonly error: { readonly errorSummary: unknown } }).error.errorSummary
      );
    default:
      return false;
  }
}

function shares(cases: fc.Arbitrary<MergeCase>, holds: (one: MergeCase) => boolean): number {
  return fc.sample(cases, { numRuns: 2_000, seed: 1 }).filter(holds).length / 2_000;
}

describe('the merge of a hook response', () => {
  it('equals that of a JSON Patch library where Okta allows the operations, and is none where it does not', () => {
    fc.assert(
      fc.property(commandCases(PLAIN), (one) => {
        const expected = patchedByLibrary(one);
        const merge = applyHookResponse(one.drafts, one.body, DEFAULT_SWITCHES);
        expect(['patched', 'unchanged'].includes(merge.kind)).toBe(expected !== undefined);
        expect(draftsAfter(merge, one.drafts)).toEqual(expected ?? one.drafts);
      }),
      RUNS,
    );
  });

  it('is all of it or nothing, and changes neither the drafts nor the body', () => {
    fc.assert(
      fc.property(responseCases(TRICKY), (one) => {
        const before = JSON.stringify(one);
        const merge = applyHookResponse(one.drafts, one.body, DEFAULT_SWITCHES);
        expect(JSON.stringify(one)).toBe(before);
        expect('drafts' in merge).toBe(merge.kind === 'patched');
      }),
      RUNS,
    );
  });

  it('is taken as written exactly where the validator finds nothing, under strict switches', () => {
    fc.assert(
      fc.property(responseCases(TRICKY), ({ drafts, body }) => {
        const merge = applyHookResponse(drafts, body, STRICT);
        const isValid = checkHookResponse(body, drafts).length === 0;
        expect({ isTaken: isTakenAsWritten(merge, body) }).toEqual({ isTaken: isValid });
      }),
      { ...RUNS, numRuns: 8_000 },
    );
  });

  it('is taken as written wherever the validator finds nothing, under default switches, with the same result', () => {
    fc.assert(
      fc.property(responseCases(TRICKY), ({ drafts, body }) => {
        fc.pre(checkHookResponse(body, drafts).length === 0);
        const merge = applyHookResponse(drafts, body, DEFAULT_SWITCHES);
        expect(isTakenAsWritten(merge, body)).toBe(true);
        expect(merge).toEqual(applyHookResponse(drafts, body, STRICT));
      }),
      { numRuns: 2_000, maxSkipsPerRun: 50 },
    );
  });

  it('applies everything that Mintmark decides', () => {
    fc.assert(
      fc.property(scenarios, ({ call, facts, rules, now }) => {
        const drafts = withLifetimes(call.drafts);
        const scenario = { ...call, drafts };
        const decision = decide(scenario, facts, rules, now);
        const response = toHookResponse(decision, drafts);
        const merge = applyHookResponse(drafts, JSON.parse(JSON.stringify(response)), STRICT);
        expect(isTakenAsWritten(merge, response)).toBe(true);
        if (decision.kind !== 'patch' || merge.kind !== 'patched') return;
        for (const [claim, value] of decision.changes.access?.set ?? [])
          expect(merge.drafts.access?.claims[claim]).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('is tried with responses of every kind', () => {
    const kindOf = ({ drafts, body }: MergeCase) => applyHookResponse(drafts, body, DEFAULT_SWITCHES).kind;
    expect(shares(commandCases(PLAIN), (one) => kindOf(one) === 'patched')).toBeGreaterThan(0.1);
    for (const kind of ['patched', 'unchanged', 'denied', 'invalid', 'misshapen'] as const) {
      expect(shares(responseCases(TRICKY), (one) => kindOf(one) === kind)).toBeGreaterThan(0.02);
    }
  });
});

function withLifetimes(drafts: Parameters<typeof checkHookResponse>[1]): DraftTokens {
  const lived = Object.entries(drafts).map(([token, { claims, lifetimeSeconds }]) => [
    token,
    { claims, lifetimeSeconds: lifetimeSeconds ?? 3600 },
  ]);
  return Object.fromEntries(lived) as DraftTokens;
}
