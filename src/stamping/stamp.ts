import { checkHookResponse, type Violation } from '../claims/check-hook-response.js';
import { decide } from '../claims/decide.js';
import type { Decision } from '../claims/decision.js';
import type { Facts } from '../claims/facts.js';
import type { HookCall } from '../claims/hook-call.js';
import type { IssuerRules } from '../claims/issuer-rules.js';
import { shortestTokenLife } from '../claims/time-window.js';
import { DENIAL, NO_COMMANDS, toHookResponse } from '../claims/to-hook-response.js';
import { FactsUnavailableError, TooManyFactsError, type FactsKey } from '../directory/facts/facts-source.js';
import type { AgedFacts, RecentFacts } from '../directory/facts/recent-facts.js';
import { DeadlineError, withinDeadline } from '../directory/facts/within-deadline.js';
import type { TokenHookResponse } from '../okta/token-hook-response.js';

/** The settings of one call: those of its issuer, as its client overrides them. */
export interface StampingSettings {
  readonly orgId: string;
  readonly rules: IssuerRules;
  readonly mode: 'enforce' | 'shadow' | 'off';
  readonly failurePolicy: 'omit' | 'deny';
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
  /** Absent where the mode is `off`, or where something failed before a decision. */
  readonly decision: Decision | null;
  /** What would have been answered in mode `enforce`. */
  readonly wouldAnswer: TokenHookResponse;
  readonly failure: StampingFailure | null;
  /** What failed, for the log: never shown to the caller, and free of personal data. */
  readonly detail: string | null;
  readonly violations: readonly Violation[];
  readonly facts: FactsTrace;
}

/**
 * Which facts a call was decided with: it stands beside the decision's own trace, since the core knows no clock. `stale` are those
 * of an earlier call, used because the directory did not answer in time; `none` were had, or needed.
 */
export interface FactsTrace {
  readonly source: 'directory' | 'stale' | 'none';
  /** Milliseconds since they were read; 0 where that was for this call. */
  readonly ageMs: number;
}

const WITHOUT_FACTS: FactsTrace = Object.freeze({ source: 'none', ageMs: 0 });

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
  readonly facts: Pick<RecentFacts, 'lookUp'>;
  /** Stores a choice durably before the answer is given. */
  readonly rememberChoice: (choice: ChoiceToStore) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Time left for one call. */
export interface Deadline {
  /** Milliseconds left, 0 or less when it has passed. */
  remainingMs(): number;
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
  deadline: Deadline,
  dependencies: StampingDependencies,
): Promise<Stamped> {
  if (settings.mode === 'off') return unanswered(null);
  try {
    const { facts, trace } = await lookUpFacts(call, settings, deadline, dependencies);
    const now = dependencies.now();
    const decision = decide(call, facts, settings.rules, now);
    const remembered = await remember(decision, { call, settings, deadline, dependencies, now });
    const wouldAnswer = toHookResponse(decision, call.drafts);
    const violations = checkHookResponse(wouldAnswer, call.drafts);
    const stamped = { ...unanswered(decision), violations, facts: trace };
    if (violations.length > 0) {
      const detail = violations.map(({ section, rule }) => `${section}: ${rule}`).join('; ');
      return failed('invalid_response', detail, settings, stamped);
    }
    if (!remembered && settings.mode === 'enforce') {
      return failed('choice_not_remembered', 'the choice could not be stored in time', settings, stamped);
    }
    return answered(wouldAnswer, settings, stamped);
  } catch (error) {
    return failed(failureOf(error), detailOf(error), settings, unanswered(null));
  }
}

function unanswered(decision: Decision | null): Stamped {
  return {
    response: NO_COMMANDS,
    wouldAnswer: NO_COMMANDS,
    decision,
    failure: null,
    detail: null,
    violations: [],
    facts: WITHOUT_FACTS,
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

async function lookUpFacts(
  call: HookCall,
  { orgId }: StampingSettings,
  deadline: Deadline,
  { facts, now }: StampingDependencies,
): Promise<{ readonly facts: Facts; readonly trace: FactsTrace }> {
  if (call.subject.kind === 'conflict') return { facts: NO_FACTS, trace: WITHOUT_FACTS };
  const key: FactsKey = {
    orgId,
    userId: call.subject.kind === 'user' ? call.subject.userId : null,
    clientId: call.clientId,
    hintedTenantId: call.hint.kind === 'tenant' ? call.hint.tenantId : null,
    presentedJti: call.refresh.presentedJti,
  };
  const { from, to } = shortestTokenLife(now(), call.atAuthorize);
  const found = await facts.lookUp(key, { now: from, horizon: to }, deadline.remainingMs());
  return { facts: found.facts, trace: traceOf(found) };
}

function traceOf({ ageMs }: AgedFacts): FactsTrace {
  return { source: ageMs > 0 ? 'stale' : 'directory', ageMs };
}

interface Remembering {
  readonly call: HookCall;
  readonly settings: StampingSettings;
  readonly deadline: Deadline;
  readonly dependencies: StampingDependencies;
  readonly now: number;
}

/**
 * Stores the choice that the decision wants remembered, also in mode `shadow`, so that turning stamping on later finds
 * the chains that began before. Returns false where it could not be stored in time.
 */
async function remember(
  decision: Decision,
  { call, settings, deadline, dependencies, now }: Remembering,
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
  return withinDeadline(storing, Math.max(deadline.remainingMs(), STORING_MS)).then(
    () => true,
    () => false,
  );
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
