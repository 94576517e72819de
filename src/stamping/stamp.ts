import { checkHookResponse, type Violation } from '../claims/check-hook-response.js';
import { decide } from '../claims/decide.js';
import type { Decision } from '../claims/decision.js';
import type { Facts } from '../claims/facts.js';
import type { HookCall } from '../claims/hook-call.js';
import type { IssuerRules } from '../claims/issuer-rules.js';
import { shortestTokenLife } from '../claims/time-window.js';
import { DENIAL, NO_COMMANDS, toHookResponse } from '../claims/to-hook-response.js';
import { FactsUnavailableError, TooManyFactsError, type FactsKey } from '../directory/facts/facts-source.js';
import type { AgedFacts, FactsLookup, FactsOrigin } from '../directory/facts/facts-lookup.js';
import { DeadlineError, withinDeadline } from '../directory/facts/within-deadline.js';
import type { TokenHookResponse } from '../okta/token-hook-response.js';
import type { CallClock } from './call-clock.js';

/** The settings of one call: those of its issuer, as its client overrides them. */
export interface StampingSettings {
  readonly orgId: string;
  readonly rules: IssuerRules;
  readonly mode: 'enforce' | 'shadow' | 'off';
  readonly failurePolicy: 'omit' | 'deny';
  /** How long after its arrival a call may wait, in milliseconds. */
  readonly deadlineMs: number;
}

/** Why no decision could be answered with; the failure policy answered instead. */
export type StampingFailure =
  | 'facts_deadline'
  | 'facts_unavailable'
  | 'too_many_facts'
  | 'choice_not_remembered'
  | 'invalid_response'
  | 'internal';

/** What became of one call. */
export interface Stamped {
  readonly response: TokenHookResponse;
  /** The response as JSON, where it had to be written already. */
  readonly text: string | null;
  /** Absent where the mode is `off`, or where something failed before a decision. */
  readonly decision: Decision | null;
  /** What would have been answered in mode `enforce`. */
  readonly wouldAnswer: TokenHookResponse;
  readonly failure: StampingFailure | null;
  /** What failed, for the log: never shown to the caller, and free of personal data. */
  readonly detail: string | null;
  readonly violations: readonly Violation[];
  /** Which facts were decided on; null where none were needed or had. */
  readonly facts: FactsTrace | null;
}

/** The part of the trace that the pure core cannot know: where its facts came from. */
export interface FactsTrace {
  readonly origin: FactsOrigin;
  /** In milliseconds; 0 where they were read for this call. */
  readonly ageMs: number;
}

export interface ChoiceToStore {
  readonly orgId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly refreshTokenJti: string;
  readonly tenantId: string;
  readonly chosenAt: number;
  readonly keptUntil: number;
}

export interface StampingDependencies {
  readonly facts: Pick<FactsLookup, 'lookUp'>;
  /** Stores a choice durably before the answer is given. */
  readonly rememberChoice: (choice: ChoiceToStore) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * What storing a choice has at the least, in milliseconds: stale facts come when the deadline is over, and a directory that is
 * slow to read may still be quick to write. With the longest deadline that is within Okta's three seconds.
 */
const STORING_MS = 300;

const NO_FACTS: Facts = Object.freeze({ user: null, client: null, tenants: new Map(), remembered: null });

/**
 * Stamps one call: facts, decision, remembered choice, response, checked against Okta's own rules. Never throws; what
 * goes wrong is answered by the failure policy, in mode `enforce`.
 */
export async function stamp(
  call: HookCall,
  settings: StampingSettings,
  clock: CallClock,
  dependencies: StampingDependencies,
): Promise<Stamped> {
  if (settings.mode === 'off') return unanswered(null);
  try {
    const found = await lookUpFacts(call, settings, clock, dependencies);
    clock.end('facts');
    const now = dependencies.now();
    const decision = decide(call, found?.facts ?? NO_FACTS, settings.rules, now);
    clock.end('decide');
    const remembered = await remember(decision, { call, settings, clock, dependencies, now });
    const wouldAnswer = toHookResponse(decision, call.drafts);
    const text = JSON.stringify(wouldAnswer);
    const violations = checkHookResponse(wouldAnswer, call.drafts, text);
    const facts = found === null ? null : { origin: found.origin, ageMs: found.ageMs };
    const stamped = { ...unanswered(decision), violations, facts };
    if (violations.length > 0) {
      const detail = violations.map(({ section, rule }) => `${section}: ${rule}`).join('; ');
      return failed('invalid_response', detail, settings, stamped);
    }
    if (!remembered && settings.mode === 'enforce') {
      return failed('choice_not_remembered', 'the choice could not be stored in time', settings, stamped);
    }
    return { ...answered(wouldAnswer, settings, stamped), text: settings.mode === 'enforce' ? text : null };
  } catch (error) {
    return failed(failureOf(error), detailOf(error), settings, unanswered(null));
  }
}

function unanswered(decision: Decision | null): Stamped {
  return {
    response: NO_COMMANDS,
    text: null,
    wouldAnswer: NO_COMMANDS,
    decision,
    failure: null,
    detail: null,
    violations: [],
    facts: null,
  };
}

function answered(wouldAnswer: TokenHookResponse, { mode }: StampingSettings, stamped: Stamped): Stamped {
  return { ...stamped, wouldAnswer, response: mode === 'enforce' ? wouldAnswer : NO_COMMANDS };
}

function failed(
  failure: StampingFailure,
  detail: string,
  settings: StampingSettings,
  stamped: Stamped,
): Stamped {
  return { ...answered(policyAnswer(settings.failurePolicy), settings, stamped), failure, detail };
}

/** The failure policy, in Okta's words: no commands, or no token. */
export function policyAnswer(policy: 'omit' | 'deny'): TokenHookResponse {
  return policy === 'deny' ? DENIAL : NO_COMMANDS;
}

/** A payload that names two parties is denied whoever they are. */
async function lookUpFacts(
  call: HookCall,
  { orgId, deadlineMs }: StampingSettings,
  clock: CallClock,
  { facts, now }: StampingDependencies,
): Promise<AgedFacts | null> {
  if (call.subject.kind === 'conflict') return null;
  const key: FactsKey = {
    orgId,
    userId: call.subject.kind === 'user' ? call.subject.userId : null,
    clientId: call.clientId,
    hintedTenantId: call.hint.kind === 'tenant' ? call.hint.tenantId : null,
    presentedJti: call.refresh.presentedJti,
  };
  const { from, to } = shortestTokenLife(now(), call.atAuthorize);
  return facts.lookUp(key, { now: from, horizon: to }, clock.remainingMs(deadlineMs));
}

interface Remembering {
  readonly call: HookCall;
  readonly settings: StampingSettings;
  readonly clock: CallClock;
  readonly dependencies: StampingDependencies;
  readonly now: number;
}

/**
 * Stores the choice that the decision wants remembered, also in mode `shadow`, so that turning stamping on later finds
 * the chains that began before. Returns false where it could not be stored in time.
 */
async function remember(
  decision: Decision,
  { call, settings, clock, dependencies, now }: Remembering,
): Promise<boolean> {
  if (decision.kind === 'deny' || decision.remember === null || call.subject.kind !== 'user') return true;
  const storing = dependencies.rememberChoice({
    ...decision.remember,
    orgId: settings.orgId,
    clientId: call.clientId,
    userId: call.subject.userId,
    chosenAt: now,
    keptUntil: now + settings.rules.rememberChoiceMs,
  });
  const isStored = await withinDeadline(
    storing,
    Math.max(clock.remainingMs(settings.deadlineMs), STORING_MS),
  ).then(
    () => true,
    () => false,
  );
  clock.end('remember');
  return isStored;
}

function failureOf(error: unknown): StampingFailure {
  if (error instanceof DeadlineError) return 'facts_deadline';
  if (error instanceof TooManyFactsError) return 'too_many_facts';
  return error instanceof FactsUnavailableError ? 'facts_unavailable' : 'internal';
}

/** Codes and our own messages alone: those of database errors may quote ids. */
function detailOf(error: unknown): string {
  if (error instanceof DeadlineError || error instanceof TooManyFactsError) return error.message;
  if (error instanceof FactsUnavailableError) return `${error.message}: ${error.code}`;
  return error instanceof Error ? error.name : 'unknown error';
}
