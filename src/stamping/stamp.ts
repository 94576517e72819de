import { checkHookResponse } from '../claims/check-hook-response.js';
import { decide } from '../claims/decide.js';
import type { Decision, Trace } from '../claims/decision.js';
import type { Facts } from '../claims/facts.js';
import type { HookCall } from '../claims/hook-call.js';
import type { IssuerRules } from '../claims/issuer-rules.js';
import { shortestTokenLife } from '../claims/time-window.js';
import { DENIAL, NO_COMMANDS, toHookResponse } from '../claims/to-hook-response.js';
import { FactsUnavailableError, TooManyFactsError, type FactsKey } from '../directory/facts/facts-source.js';
import type { AgedFacts, FactsLookup, FactsOrigin } from '../directory/facts/facts-lookup.js';
import { DeadlineError, withinDeadline } from '../directory/facts/within-deadline.js';
import type { CallClock } from './call-clock.js';
import { summarizeDecision, type DecisionSummary } from './decision-summary.js';
import type { KeptAnswers } from './kept-answers.js';

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

/** An answer as it is sent: JSON that Okta applies. */
export interface Answer {
  readonly text: string;
  /** Whether it stops minting. */
  readonly isDenial: boolean;
}

/** What became of one call. */
export interface Stamped {
  readonly answer: Answer;
  /** Absent where the mode is `off`, or where something failed before a decision. */
  readonly decision: DecisionSummary | null;
  /** What would have been answered in mode `enforce`. */
  readonly wouldAnswer: Answer;
  readonly failure: StampingFailure | null;
  /** What failed, for the log: never shown to the caller, and free of personal data. */
  readonly detail: string | null;
  /** Which facts were decided on; null where none were needed or had. */
  readonly facts: FactsTrace | null;
  /** How the decision came about; null where there is none, and where nobody keeps traces. */
  readonly trace: Trace | null;
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
  /** What equal calls are answered with. */
  readonly keptAnswers: Pick<KeptAnswers, 'find' | 'keep'>;
  /** Stores a choice durably before the answer is given. */
  readonly rememberChoice: (choice: ChoiceToStore) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether traces are kept beside the answers that equal calls get, for whoever records calls. */
  readonly keepsTraces?: boolean;
  /** Called with the whole decision, for whoever wants to show how it came about. */
  readonly onDecision?: (decision: Decision) => void;
}

/**
 * What storing a choice has at the least, in milliseconds: stale facts come when the deadline is over, and a directory that is
 * slow to read may still be quick to write. With the longest deadline that is within Okta's three seconds.
 */
const STORING_MS = 300;

const NO_FACTS: Facts = Object.freeze({ user: null, client: null, tenants: new Map(), remembered: null });

/**
 * Stamps one call: facts, decision, remembered choice, response, checked against Okta's own rules. Never throws; what
 * goes wrong is answered by the failure policy, in mode `enforce`. At once where an equal call was decided before.
 */
export function stamp(
  call: HookCall,
  settings: StampingSettings,
  clock: CallClock,
  dependencies: StampingDependencies,
): Stamped | Promise<Stamped> {
  if (settings.mode === 'off') return UNANSWERED;
  const needs = { call, settings, clock, dependencies };
  return answerAsKept('cache', needs) ?? decideAnew(needs);
}

/** What an equal call was answered with, where that still holds. */
function answerAsKept(
  origin: FactsOrigin,
  { call, settings, clock, dependencies }: Needs,
): Stamped | undefined {
  const { rules } = settings;
  const kept = dependencies.keptAnswers.find({ call, rules, now: dependencies.now() });
  if (kept === undefined) return undefined;
  clock.end('facts');
  const { answer, ageMs } = kept;
  const { summary: decision, trace } = answer;
  return answered(answer, settings, { decision, trace, facts: { origin, ageMs } });
}

interface Needs {
  readonly call: HookCall;
  readonly settings: StampingSettings;
  readonly clock: CallClock;
  readonly dependencies: StampingDependencies;
}

async function decideAnew(needs: Needs): Promise<Stamped> {
  try {
    const found = await lookUpFacts(needs);
    // The directory was asked, and may have said what it had said before.
    const kept = found?.origin === 'directory' ? answerAsKept('directory', needs) : undefined;
    if (kept !== undefined) return kept;
    needs.clock.end('facts');
    return await decideOn(found, needs);
  } catch (error) {
    return failed(failureOf(error), detailOf(error), needs.settings, UNDECIDED);
  }
}

async function decideOn(found: AgedFacts | null, needs: Needs): Promise<Stamped> {
  const { call, settings, clock, dependencies } = needs;
  const { rules, mode } = settings;
  const now = dependencies.now();
  const decision = decide(call, found?.facts ?? NO_FACTS, rules, now);
  dependencies.onDecision?.(decision);
  clock.end('decide');
  const isRemembered = await remember(decision, now, needs);
  const response = toHookResponse(decision, call.drafts);
  const answer = {
    text: JSON.stringify(response),
    isDenial: decision.kind === 'deny',
    summary: summarizeDecision(decision),
    trace: dependencies.keepsTraces === true ? decision.trace : null,
  };
  const basis = {
    ...{ decision: answer.summary, trace: answer.trace },
    facts: found && { origin: found.origin, ageMs: found.ageMs },
  };
  const violations = checkHookResponse(response, call.drafts, answer.text);
  if (violations.length > 0) {
    const detail = violations.map(({ section, rule }) => `${section}: ${rule}`).join('; ');
    return failed('invalid_response', detail, settings, basis);
  }
  if (!isRemembered && mode === 'enforce')
    return failed('choice_not_remembered', 'the choice could not be stored in time', settings, basis);
  if (found?.basis && isKeepable(decision))
    dependencies.keptAnswers.keep({ call, rules, now }, found.basis, answer);
  return answered(answer, settings, basis);
}

/** A choice has to be stored anew for each refresh token. */
function isKeepable(decision: Decision): boolean {
  return decision.kind === 'deny' || decision.remember === null;
}

type Basis = Pick<Stamped, 'decision' | 'facts' | 'trace'>;

const UNDECIDED: Basis = { decision: null, facts: null, trace: null };

const NO_COMMANDS_ANSWER: Answer = { text: JSON.stringify(NO_COMMANDS), isDenial: false };

const DENIAL_ANSWER: Answer = { text: JSON.stringify(DENIAL), isDenial: true };

const UNANSWERED: Stamped = {
  answer: NO_COMMANDS_ANSWER,
  wouldAnswer: NO_COMMANDS_ANSWER,
  failure: null,
  detail: null,
  ...UNDECIDED,
};

function answered(
  { text, isDenial }: Answer,
  { mode }: StampingSettings,
  { decision, facts, trace }: Basis,
): Stamped {
  const wouldAnswer = { text, isDenial };
  const answer = mode === 'enforce' ? wouldAnswer : NO_COMMANDS_ANSWER;
  return { answer, wouldAnswer, decision, facts, trace, failure: null, detail: null };
}

function failed(failure: StampingFailure, detail: string, settings: StampingSettings, basis: Basis): Stamped {
  return { ...answered(policyAnswer(settings.failurePolicy), settings, basis), failure, detail };
}

/** The failure policy, in Okta's words: no commands, or no token. */
export function policyAnswer(policy: 'omit' | 'deny'): Answer {
  return policy === 'deny' ? DENIAL_ANSWER : NO_COMMANDS_ANSWER;
}

/** A payload that names two parties is denied whoever they are. */
async function lookUpFacts({
  call,
  settings: { orgId, deadlineMs },
  clock,
  dependencies: { facts, now },
}: Needs): Promise<AgedFacts | null> {
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

/**
 * Stores the choice that the decision wants remembered, also in mode `shadow`, so that turning stamping on later finds
 * the chains that began before. Returns false where it could not be stored in time.
 */
async function remember(
  decision: Decision,
  now: number,
  { call, settings, clock, dependencies }: Needs,
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
