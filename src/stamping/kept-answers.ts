import { LRUCache } from 'lru-cache';
import type { Trace } from '../claims/decision.js';
import { hasShape, shapeOf, steadyUntil, type CallShape } from '../claims/equal-calls.js';
import type { HookCall } from '../claims/hook-call.js';
import type { IssuerRules } from '../claims/issuer-rules.js';
import type { KeptFacts } from '../directory/facts/facts-cache.js';
import type { Freshness } from '../directory/facts/freshness.js';
import type { DecisionSummary } from './decision-summary.js';
import type { Answer } from './stamp.js';

/** What is answered to a call that was decided before; checked against Okta's rules. */
export interface DecidedAnswer extends Answer {
  readonly summary: DecisionSummary;
  /** Null where nobody keeps traces. */
  readonly trace: Trace | null;
}

interface Entry {
  readonly answer: DecidedAnswer;
  readonly shape: CallShape;
  readonly rules: IssuerRules;
  /** Milliseconds since the epoch, the end excluded. */
  readonly from: number;
  readonly until: number;
  /** The documents that it was decided on. */
  readonly parts: KeptFacts['parts'];
}

export interface KeptAnswersOptions {
  /** Memory, by estimate. */
  readonly maxBytes: number;
  /** How old the facts that it was decided on may be. */
  readonly freshness: Freshness;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonicNow: () => number;
}

/** A call, and the rules of its issuer. */
export interface AskedCall {
  readonly call: HookCall;
  readonly rules: IssuerRules;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How many calls of one subject are kept that differ in shape. */
const SHAPES_LIMIT = 4;

/** How many shapes are at hand for new entries to share. */
const SHARED_SHAPES_LIMIT = 32;

/** What an entry weighs besides its text, in bytes: an estimate. */
const ENTRY_BYTES = 500;

/** What a trace weighs, and each mapping or entitlement that it names: estimates. */
const TRACE_BYTES = 500;
const TRACED_BYTES = 120;

/**
 * Answers that an equal call would get again: a call of the same shape under the same rules, while every document that was
 * decided on is the one in the cache, and was found so of late, at an instant that makes no difference. So an answer is never older than the
 * facts would be, and a change that reaches those reaches it.
 */
export class KeptAnswers {
  readonly #options: KeptAnswersOptions;
  readonly #bySubject: LRUCache<string, readonly Entry[]>;
  #shapes: readonly Shaped[] = [];

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
    this.#bySubject = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: (entries, id) =>
        entries.reduce((bytes, { answer }) => bytes + ENTRY_BYTES + bytesOf(answer), 2 * id.length),
    });
  }

  /** @returns the answer, and how old the oldest of its facts is */
  find(asked: AskedCall): { readonly answer: DecidedAnswer; readonly ageMs: number } | undefined {
    const monotonicNow = this.#options.monotonicNow();
    // What is used is kept anew each time its facts are read anew: which was used last need not be noted besides.
    const entries = this.#bySubject.peek(subjectId(asked.call));
    const entry = entries?.find((candidate) => isFor(candidate, asked));
    if (entry === undefined) return undefined;
    const ageMs = freshAge(entry.parts, this.#options.freshness, monotonicNow);
    return ageMs === undefined ? undefined : { answer: entry.answer, ageMs };
  }

  /** Keeps an answer for as long as it holds, unless it depends on the very instant. */
  keep(asked: AskedCall, { facts, parts }: KeptFacts, answer: DecidedAnswer): void {
    const { call, rules, now } = asked;
    const until = steadyUntil(call, facts, now);
    if (until === null) return;
    const shape = this.#sharedShape(call, rules);
    const entry = { answer, shape, rules, from: now, until, parts };
    const id = subjectId(call);
    // It takes the place of what was decided for such a call of this issuer, also where its rules have changed since.
    const others = this.#bySubject
      .peek(id)
      ?.filter((other) => other.rules.issuerId !== rules.issuerId || !hasShape(call, other.shape, rules));
    this.#bySubject.set(id, [entry, ...(others ?? []).slice(0, SHAPES_LIMIT - 1)]);
  }

  /** Clients send what they send for all their users: one shape in memory, and at hand, for all of these. */
  #sharedShape(call: HookCall, rules: IssuerRules): CallShape {
    const known = this.#shapes.find(
      (shaped) => shaped.rules === rules && hasShape(call, shaped.shape, rules),
    );
    if (known !== undefined) return known.shape;
    const shape = shapeOf(call, rules);
    this.#shapes = [{ shape, rules }, ...this.#shapes.slice(0, SHARED_SHAPES_LIMIT - 1)];
    return shape;
  }
}

function bytesOf({ text, trace }: DecidedAnswer): number {
  if (trace === null) return text.length;
  const { mappings, entitlements } = trace;
  return text.length + TRACE_BYTES + TRACED_BYTES * (mappings.length + entitlements.length);
}

type Shaped = Pick<Entry, 'shape' | 'rules'>;

function isFor({ shape, rules, from, until }: Entry, { call, rules: asked, now }: AskedCall): boolean {
  return rules === asked && now >= from && now < until && hasShape(call, shape, rules);
}

/** How old the oldest of the documents is; undefined where one of them is too old, or is no longer kept. */
function freshAge(
  parts: Entry['parts'],
  { documentsMs, choicesMs }: Freshness,
  monotonicNow: number,
): number | undefined {
  const limitMs = documentsMs();
  let oldestMs = 0;
  for (const { kind, isKept, readAt } of parts) {
    const ageMs = monotonicNow - readAt;
    if (!isKept || ageMs > (kind === 'choice' ? choicesMs : limitMs)) return undefined;
    oldestMs = Math.max(oldestMs, ageMs);
  }
  return oldestMs;
}

/** Rules, which are of an org, and the shape, which says what kind of subject it is, tell apart who has the same id. */
function subjectId({ subject, clientId }: HookCall): string {
  return subject.kind === 'user' ? subject.userId : clientId;
}
