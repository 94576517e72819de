import { applyOperation } from '../claims/apply-operation.js';
import type { Decision, Trace } from '../claims/decision.js';
import type { HookCall } from '../claims/hook-call.js';
import { readHookCall } from '../claims/read-hook-call.js';
import type { FactsSource } from '../directory/facts/facts-source.js';
import { parsePointer } from '../okta/json-pointer.js';
import type { TokenHookRequest } from '../okta/token-hook-request.js';
import {
  COMMAND_TYPES,
  TOKEN_NAMES,
  type TokenHookResponse,
  type TokenName,
} from '../okta/token-hook-response.js';
import { CallClock } from './call-clock.js';
import { stamp, type StampingFailure, type StampingSettings } from './stamp.js';

type Claims = Readonly<Record<string, unknown>>;

/** What would become of a call, and why. */
export interface Explanation {
  /** What mode `enforce` makes of it; `failed` where the failure policy answers. */
  readonly outcome: 'stamped' | 'unchanged' | 'denied' | 'failed';
  /** Why it is denied, or why the failure policy answers. */
  readonly reason:
    | StampingFailure
    | Extract<Decision, { kind: 'deny' }>['reason']
    | 'unknown_issuer'
    | 'unusable_payload'
    | null;
  readonly detail: string | null;
  readonly mode: StampingSettings['mode'] | null;
  readonly failurePolicy: StampingSettings['failurePolicy'] | null;
  /** What was read of the payload; null where it says too little. */
  readonly call: Omit<HookCall, 'drafts'> | null;
  /** Null where nothing was decided. */
  readonly trace: Trace | null;
  /** What mode `enforce` answers, and what the mode in force answers. */
  readonly response: TokenHookResponse;
  readonly answered: TokenHookResponse;
  /** Of each token that is being minted: its claims as drafted, and as that response leaves them. */
  readonly claims: Readonly<Partial<Record<TokenName, { readonly before: Claims; readonly after: Claims }>>>;
}

export interface ExplainingDependencies {
  /** What the issuer and client of a call are set to; undefined where the issuer is not known. */
  readonly settingsOf: (issuerUri: string, clientId: string) => StampingSettings | undefined;
  readonly source: FactsSource;
  /** The instant of the decision, in milliseconds since the epoch. */
  readonly at: number;
  readonly monotonicNow: () => number;
}

/**
 * Stamps a call as the hook would, by the same code, and says how the answer came about. Nothing is remembered, cached or
 * counted.
 */
export async function explain(
  request: TokenHookRequest,
  dependencies: ExplainingDependencies,
): Promise<Explanation> {
  const { protocol } = request.data.context;
  const settings = dependencies.settingsOf(protocol.issuer.uri, protocol.client.id);
  if (settings === undefined)
    return unanswered('unknown_issuer', 'no issuer has this URI, or an alias of it', null);
  const reading = readHookCall(request);
  if (reading.kind === 'unusable') return unanswered('unusable_payload', reading.why, settings);
  return explainCall(reading.call, settings, dependencies);
}

async function explainCall(
  call: HookCall,
  settings: StampingSettings,
  { source, at, monotonicNow }: ExplainingDependencies,
): Promise<Explanation> {
  let decided: Decision | null = null;
  // In mode `off` nothing is decided; what would be is what is asked for.
  const mode = settings.mode === 'off' ? 'shadow' : settings.mode;
  const stamped = await stamp(call, { ...settings, mode }, new CallClock(monotonicNow), {
    facts: {
      lookUp: async (key, time) => {
        const { facts } = await source(key, time);
        return { facts, origin: 'directory', ageMs: 0, basis: null };
      },
    },
    keptAnswers: { find: () => undefined, keep: () => undefined },
    rememberChoice: () => Promise.resolve(),
    now: () => at,
    onDecision: (decision) => {
      decided = decision;
    },
  });
  const { drafts, ...read } = call;
  const response = JSON.parse(stamped.wouldAnswer.text) as TokenHookResponse;
  const { failure, detail, decision } = stamped;
  return {
    outcome: outcomeOf(failure, decision?.kind),
    reason: failure ?? decision?.reason ?? null,
    detail: detail ?? decision?.detail ?? null,
    ...{ mode: settings.mode, failurePolicy: settings.failurePolicy, call: read },
    trace: traceOf(decided),
    response,
    answered: JSON.parse(stamped.answer.text) as TokenHookResponse,
    claims: claimsOf(drafts, response),
  };
}

/** The compiler does not see that the callback has been called. */
function traceOf(decision: Decision | null): Trace | null {
  return decision?.trace ?? null;
}

function outcomeOf(
  failure: StampingFailure | null,
  kind: Decision['kind'] | undefined,
): Explanation['outcome'] {
  if (failure !== null || kind === undefined) return 'failed';
  if (kind === 'deny') return 'denied';
  return kind === 'patch' ? 'stamped' : 'unchanged';
}

function unanswered(
  reason: 'unknown_issuer' | 'unusable_payload',
  detail: string,
  settings: StampingSettings | null,
): Explanation {
  return {
    outcome: 'failed',
    ...{ reason, detail, mode: settings?.mode ?? null, failurePolicy: settings?.failurePolicy ?? null },
    ...{ call: null, trace: null, response: { commands: [] }, answered: { commands: [] }, claims: {} },
  };
}

/** The claims of each token that is being minted: as drafted, and as a response leaves them. */
export function claimsOf(drafts: HookCall['drafts'], response: TokenHookResponse): Explanation['claims'] {
  const commands = 'commands' in response ? response.commands : [];
  const tokens = TOKEN_NAMES.flatMap((name) => {
    const draft = drafts[name];
    if (draft === undefined) return [];
    const after = structuredClone(draft.claims) as Record<string, unknown>;
    const operations = commands
      .filter(({ type }) => type === COMMAND_TYPES[name])
      .flatMap(({ value }) => value);
    for (const operation of operations) {
      const [member, ...names] = parsePointer(operation.path) ?? [];
      const value = 'value' in operation ? operation.value : undefined;
      if (member === 'claims') applyOperation(after, { op: operation.op, names, value });
    }
    return [[name, { before: draft.claims, after }] as const];
  });
  return Object.fromEntries(tokens);
}
