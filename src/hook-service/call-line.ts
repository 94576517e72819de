import type { CallRecord } from './call-record.js';

interface LineParts {
  /** The pseudonym of the user; null where there is none. */
  readonly user: string | null;
  readonly traceId: string | undefined;
  readonly durationMs: number;
}

/**
 * The members of a call's log line, as JSON text. Written out here since it is written for every call: the engine's way through an
 * object of so many members takes several times as long.
 */
export function callLine(record: CallRecord, { user, traceId, durationMs }: LineParts): string {
  return (
    `"outcome":${quoted(record.outcome)},"reason":${quoted(record.reason)},"detail":${quoted(record.detail)},` +
    `"credentialId":${quoted(record.credentialId)},"issuerId":${quoted(record.issuerId)},` +
    `"mode":${quoted(record.mode)},"clientId":${quoted(record.clientId)},` +
    `"grantType":${quoted(record.grantType)},"selection":${quoted(record.selection)},` +
    `"tenantId":${quoted(record.tenantId)},"dropped":${listed(record.dropped)},` +
    `"facts":${quoted(record.facts)},"factsAgeMs":${String(record.factsAgeMs)},` +
    (traceId === undefined ? '' : `"traceId":${quoted(traceId)},`) +
    `"user":${quoted(user)},"durationMs":${String(Math.round(durationMs * 100) / 100)},"msg":"hook call"`
  );
}

/** What JSON writes as it is: most of what a line holds. */
const PLAIN = /^[\w .:-]*$/;

function quoted(text: string | null): string {
  if (text === null) return 'null';
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? '[]' : JSON.stringify(texts);
}
