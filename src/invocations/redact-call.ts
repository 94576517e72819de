import type { Json } from '../okta/token-hook-response.js';
import type { Pseudonyms } from './pseudonyms.js';
import type { RecordableCall } from './recordable-call.js';
import { redactAnswer, redactTrace, wordsOfTrace } from './redact-answer.js';
import { redactRequest } from './redact-request.js';
import { Redactor, TooManyValuesError } from './redactor.js';

/** One row of recordings, as JSON; times in milliseconds since the epoch. */
export interface RecordedRow {
  readonly at: number;
  readonly keptUntil: number;
  readonly issuerId: string;
  readonly clientId: string;
  readonly userPseudonym: string | null;
  readonly tenantId: string | null;
  readonly grantType: string | null;
  readonly mode: RecordableCall['mode'];
  readonly outcome: string;
  readonly reason: string | null;
  readonly decision: RecordableCall['decision'];
  readonly selection: string | null;
  readonly durationUs: number;
  readonly document: RecordedDocument;
}

/** What a recording holds besides its columns. */
export interface RecordedDocument {
  /** Null where the call was too large. */
  readonly request: Json;
  readonly answer: Json;
  /** What mode `enforce` would have answered; absent where that is the answer. */
  readonly wouldAnswer?: Json;
  /** How the decision came about; null where there is none. */
  readonly trace: object | null;
  readonly detail: string | null;
  readonly credentialId: string;
  readonly traceId: string | null;
  /** Claims that the budget dropped. */
  readonly dropped: readonly string[];
  readonly facts: { readonly origin: string; readonly ageMs: number } | null;
  /** The steps of the call, in milliseconds. */
  readonly steps: readonly { readonly step: string; readonly ms: number }[];
}

export interface RedactionOptions {
  readonly pseudonyms: Pseudonyms;
  readonly isId: (value: unknown) => value is string;
  /** How long a recording is kept, in milliseconds. */
  readonly keptMs: number;
  /** The largest row, in bytes of JSON. */
  readonly maxBytes: number;
}

/** Far longer than anybody waits, and within what the column holds. */
const LONGEST_US = 999_999_999;

/** Words that stand in every call or answer. */
const WORDS = ['v', 'GRANT', 'Bearer'];

/** Makes the row of a call, as JSON. What is too large is kept without request and answer. */
export function redactCall(call: RecordableCall, options: RedactionOptions): string {
  const text = wholeRow(call, options);
  return text !== undefined && Buffer.byteLength(text) <= options.maxBytes ? text : rowWithout(call, options);
}

function wholeRow(call: RecordableCall, options: RedactionOptions): string | undefined {
  const redactor = redactorOf(call, options);
  try {
    const request = redactRequest(call.request, redactor);
    const answer = redactAnswer(call.answer, redactor);
    const isAnswered = call.wouldAnswer === call.answer;
    return JSON.stringify({
      ...columnsOf(call, redactor, options),
      document: {
        ...{ request, answer },
        ...(isAnswered ? {} : { wouldAnswer: redactAnswer(call.wouldAnswer, redactor) }),
        ...circumstancesOf(call),
      } satisfies RecordedDocument,
    } satisfies RecordedRow);
  } catch (error) {
    if (error instanceof TooManyValuesError) return undefined;
    throw error;
  }
}

function rowWithout(call: RecordableCall, options: RedactionOptions): string {
  const document: RecordedDocument = { ...circumstancesOf(call), request: null, answer: null, trace: null };
  return JSON.stringify({ ...columnsOf(call, redactorOf(call, options), options), document });
}

function redactorOf(call: RecordableCall, { pseudonyms, isId }: RedactionOptions): Redactor {
  const { tenantId, clientId, userId, selection, grantType, issuerId, trace, dropped } = call;
  const { protocol } = call.request.data.context;
  const vocabulary = new Set<unknown>([
    ...[...WORDS, ...dropped, tenantId, clientId, selection, grantType, issuerId, protocol.issuer.uri],
    ...(trace === null ? [] : wordsOfTrace(trace)),
  ]);
  return new Redactor({ pseudonyms, isId, vocabulary, tenantId, clientId, userId });
}

function columnsOf(
  call: RecordableCall,
  redactor: Redactor,
  { pseudonyms, keptMs }: RedactionOptions,
): Omit<RecordedRow, 'document'> {
  const { at, issuerId, userId, tenantId, grantType, mode, outcome, reason, decision, selection } = call;
  return {
    ...{
      at,
      keptUntil: at + keptMs,
      issuerId,
      tenantId,
      grantType,
      mode,
      outcome,
      reason,
      decision,
      selection,
    },
    clientId: redactor.clientId(call.request.data.context.protocol.client.id),
    userPseudonym: userId === null ? null : pseudonyms.of('user', userId),
    durationUs: Math.min(Math.max(0, Math.round(call.timing.durationMs * 1000)), LONGEST_US),
  };
}

function circumstancesOf(call: RecordableCall): Omit<RecordedDocument, 'request' | 'answer' | 'wouldAnswer'> {
  const steps: { step: string; ms: number }[] = [];
  call.timing.eachStep((step, ms) => steps.push({ step, ms: Math.round(ms * 1000) / 1000 }));
  return {
    trace: call.trace && redactTrace(call.trace),
    detail: call.detail,
    credentialId: call.credentialId,
    traceId: call.traceId ?? null,
    dropped: call.dropped,
    facts: call.facts === null ? null : { origin: call.facts, ageMs: call.factsAgeMs },
    steps,
  };
}
