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
import {
  policyAnswer,
  stamp,
  type Answer,
  type Stamped,
  type StampingDependencies,
  type StampingSettings,
} from '../stamping/stamp.js';
import type { CallClock } from '../stamping/call-clock.js';
import type { CallRecord, RefusalReason } from './call-record.js';
import type { RequestCheck } from '../stamping/compile-request-check.js';

export interface HookAnswer {
  readonly answer: Answer;
  readonly record: CallRecord;
  /** The payload, where its issuer is known. */
  readonly request: TokenHookRequest | null;
  /** Null where the call could not be stamped. */
  readonly stamped: Stamped | null;
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
export function answerTokenHook(
  body: unknown,
  credential: CredentialControl,
  clock: CallClock,
  dependencies: AnsweringDependencies,
): HookAnswer | Promise<HookAnswer> {
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
    answer: policyAnswer(credential.failurePolicy),
    record: { ...emptyRecord(credential), outcome: 'failed', reason, detail },
    ...{ request: null, stamped: null },
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

function answerForIssuer(body: TokenHookRequest, known: KnownIssuer): HookAnswer | Promise<HookAnswer> {
  const { issuer, snapshot, credential, clock, dependencies } = known;
  const clientId = body.data.context.protocol.client.id;
  const control = effectiveControl(snapshot, issuer, clientId);
  const settings: StampingSettings = {
    orgId: issuer.orgId,
    rules: issuer.rules,
    deadlineMs: dependencies.deadlineMs,
    ...control,
  };
  const reading = readHookCall(body);
  if (reading.kind === 'unusable') {
    const { answer, record } = refuse('unusable_payload', credential, reading.why);
    return {
      answer: control.mode === 'enforce' ? answer : policyAnswer('omit'),
      record: {
        ...record,
        issuerId: issuer.rules.issuerId,
        mode: control.mode,
        clientId: loggedClientId(clientId),
      },
      ...{ request: body, stamped: null },
    };
  }
  clock.end('check');
  const { call } = reading;
  const finish = (stamped: Stamped): HookAnswer => ({
    answer: stamped.answer,
    record: describe(call, { settings, credential, stamped }),
    request: body,
    stamped,
  });
  const stamped = stamp(call, settings, clock, dependencies);
  return stamped instanceof Promise ? stamped.then(finish) : finish(stamped);
}

function loggedClientId(clientId: string): string | null {
  return CLIENT_ID.test(clientId) ? clientId : null;
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

interface StampedCall {
  readonly settings: StampingSettings;
  readonly credential: CredentialControl;
  readonly stamped: Stamped;
}

function describe(
  { subject, grantType, clientId }: HookCall,
  { settings: { mode, rules }, credential, stamped }: StampedCall,
): CallRecord {
  const { decision, failure, detail, facts } = stamped;
  return {
    outcome: outcomeOf(mode, stamped),
    reason: failure ?? decision?.reason ?? null,
    detail: detail ?? decision?.detail ?? null,
    credentialId: credential.id,
    issuerId: rules.issuerId,
    mode,
    clientId: loggedClientId(clientId),
    userId: subject.kind === 'user' ? subject.userId : null,
    grantType: GRANT_TYPES.has(grantType) ? grantType : 'other',
    selection: decision?.selection ?? null,
    tenantId: decision?.tenantId ?? null,
    dropped: decision?.dropped ?? [],
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
