import type { Decision } from '../claims/decision.js';
import type { HookCall } from '../claims/hook-call.js';
import { readHookCall } from '../claims/read-hook-call.js';
import {
  effectiveControl,
  type ControlSnapshot,
  type CredentialControl,
  type IssuerControl,
} from '../directory/control/control-snapshot.js';
import { GRANT_TYPES } from '../okta/grant-types.js';
import { TOKEN_HOOK_EVENT_TYPE, type TokenHookRequest } from '../okta/token-hook-request.js';
import type { TokenHookResponse } from '../okta/token-hook-response.js';
import {
  policyAnswer,
  stamp,
  type Stamped,
  type StampingDependencies,
  type StampingSettings,
} from '../stamping/stamp.js';
import type { CallClock } from '../stamping/call-clock.js';
import type { CallRecord, RefusalReason } from './call-record.js';
import type { RequestCheck } from './compile-request-check.js';

export interface HookAnswer {
  readonly response: TokenHookResponse;
  /** The response as JSON, where it had to be written already. */
  readonly text?: string | null;
  readonly record: CallRecord;
}

export interface AnsweringDependencies extends StampingDependencies {
  readonly isTokenHookRequest: RequestCheck;
  readonly control: () => ControlSnapshot;
  /** How long after its arrival a call may wait, in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * Answers one authenticated call: always with something that Okta applies (status 200), whatever the body is.
 *
 * @param body the parsed JSON of the request
 */
export async function answerTokenHook(
  body: unknown,
  credential: CredentialControl,
  clock: CallClock,
  dependencies: AnsweringDependencies,
): Promise<HookAnswer> {
  if (!dependencies.isTokenHookRequest(body)) return refuse(reasonFor(body), credential, null);
  if (body.eventType !== TOKEN_HOOK_EVENT_TYPE) return refuse('not_this_event', credential, null);
  const snapshot = dependencies.control();
  const issuer = snapshot.issuers.get(body.data.context.protocol.issuer.uri);
  if (issuer === undefined) return refuse('unknown_issuer', credential, null);
  if (!credential.issuerIds.has(issuer.rules.issuerId)) return refuse('issuer_not_allowed', credential, null);
  return answerForIssuer(body, { issuer, snapshot, credential, clock, dependencies });
}

/**
 * Answers a call that cannot be stamped, by the credential's failure policy.
 *
 * @param detail for the log
 */
export function refuse(
  reason: RefusalReason,
  credential: CredentialControl,
  detail: string | null,
): HookAnswer {
  return {
    response: policyAnswer(credential.failurePolicy),
    record: { ...emptyRecord(credential), outcome: 'failed', reason, detail },
  };
}

/** How Okta's client ids are spelled. The caller may send any text for one: what has another form might be of a person. */
const CLIENT_ID = /^[\w$.+!*'(),-]{1,100}$/;

/** A body of the wrong shape that names another event is that event, not a broken payload. */
function reasonFor(body: unknown): RefusalReason {
  const eventType: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'eventType') : undefined;
  return typeof eventType === 'string' && eventType !== TOKEN_HOOK_EVENT_TYPE
    ? 'not_this_event'
    : 'unusable_payload';
}

interface KnownIssuer {
  readonly issuer: IssuerControl;
  readonly snapshot: ControlSnapshot;
  readonly credential: CredentialControl;
  readonly clock: CallClock;
  readonly dependencies: AnsweringDependencies;
}

async function answerForIssuer(body: TokenHookRequest, known: KnownIssuer): Promise<HookAnswer> {
  const { issuer, snapshot, credential, clock, dependencies } = known;
  const clientId = body.data.context.protocol.client.id;
  const control = effectiveControl(snapshot, issuer, clientId);
  const settings: StampingSettings = {
    orgId: issuer.orgId,
    rules: issuer.rules,
    deadlineMs: dependencies.deadlineMs,
    ...control,
  };
  const record = {
    ...emptyRecord(credential),
    issuerId: issuer.rules.issuerId,
    mode: control.mode,
    clientId: CLIENT_ID.test(clientId) ? clientId : null,
  };
  const reading = readHookCall(body);
  if (reading.kind === 'unusable') {
    const refused = refuse('unusable_payload', credential, reading.why);
    const response = control.mode === 'enforce' ? refused.response : policyAnswer('omit');
    return {
      response,
      record: { ...record, outcome: 'failed', reason: 'unusable_payload', detail: reading.why },
    };
  }
  clock.end('check');
  const stamped = await stamp(reading.call, settings, clock, dependencies);
  const { response, text } = stamped;
  return { response, text, record: { ...record, ...describe(reading.call, settings, stamped) } };
}

function emptyRecord({ id }: CredentialControl): CallRecord {
  return {
    outcome: 'failed',
    reason: null,
    detail: null,
    credentialId: id,
    issuerId: null,
    mode: null,
    clientId: null,
    userId: null,
    grantType: null,
    selection: null,
    tenantId: null,
    dropped: [],
    facts: null,
    factsAgeMs: 0,
  };
}

function describe(
  { subject, grantType }: HookCall,
  { mode }: StampingSettings,
  stamped: Stamped,
): Partial<CallRecord> {
  const { decision, failure, detail, facts } = stamped;
  const denial = decision?.kind === 'deny' ? decision : null;
  return {
    outcome: outcomeOf(mode, stamped),
    reason: failure ?? denial?.reason ?? null,
    detail: detail ?? denial?.detail ?? null,
    userId: subject.kind === 'user' ? subject.userId : null,
    grantType: GRANT_TYPES.has(grantType) ? grantType : 'other',
    selection: decision?.trace.selection.outcome ?? null,
    tenantId: decision?.trace.selection.tenantId ?? null,
    dropped: droppedClaims(decision),
    facts: facts?.origin ?? null,
    factsAgeMs: Math.round(facts?.ageMs ?? 0),
  };
}

function outcomeOf(mode: StampingSettings['mode'], { decision, failure }: Stamped): CallRecord['outcome'] {
  if (mode === 'off') return 'off';
  if (failure !== null) return 'failed';
  if (mode === 'shadow') return 'shadow';
  if (decision?.kind === 'deny') return 'denied';
  return decision?.kind === 'patch' ? 'stamped' : 'unchanged';
}

function droppedClaims(decision: Decision | null): readonly string[] {
  return Object.values(decision?.trace.tokens ?? {}).flatMap(({ dropped }) => dropped);
}
