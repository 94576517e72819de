import type { CallRecord } from './call-record.js';

interface LineParts {
  /** The pseudonym of the user, in hexadecimal digits; null where there is none. */
  readonly user: string | null;
  /** In hexadecimal digits. */
  readonly traceId: string | undefined;
  readonly durationMs: number;
}

/**
 * The members of a call's log line, as JSON text. Written out here since it is written for every call: the engine's way through an
 * object of so many members takes several times as long.
 */
export function callLine(record: CallRecord, { user, traceId, durationMs }: LineParts): string {
  return (
    `"outcome":"${record.outcome}","reason":${word(record.reason)},"detail":${quoted(record.detail)},` +
    `"credentialId":${quoted(record.credentialId)},"issuerId":${quoted(record.issuerId)},` +
    `"mode":${quoted(record.mode)},"clientId":${quoted(record.clientId)},` +
    `"grantType":${word(record.grantType)},"selection":${word(record.selection)},` +
    `"tenantId":${quoted(record.tenantId)},"dropped":${listed(record.dropped)},` +
    `"facts":${word(record.facts)},"factsAgeMs":${wholeText(record.factsAgeMs)},` +
    (traceId === undefined ? '' : `"traceId":"${traceId}",`) +
    `"user":${word(user)},"durationMs":${hundredthsText(durationMs)},"msg":"hook call"`
  );
}

/** The last three digits of a number, and the first two behind its point. */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, rest) => String(rest).padStart(3, '0'));
const FRACTIONS = Array.from({ length: 100 }, (_, rest) => String(rest / 100).slice(1));

/**
 * A whole number, not negative, as JSON has it. The engine keeps the texts of numbers for a while, and so among its long-lived
 * objects: those of durations never end, and these parts are few.
 */
function wholeText(number: number): string {
  if (number < 1000) return String(number);
  return String(Math.floor(number / 1000)) + (THREE_DIGITS[number % 1000] ?? '');
}

/** A number, not negative, rounded to two digits behind the point, as JSON has it. */
function hundredthsText(number: number): string {
  const hundredths = Math.round(number * 100);
  return wholeText(Math.floor(hundredths / 100)) + (FRACTIONS[hundredths % 100] ?? '');
}

/** Ours, or hexadecimal digits: what JSON writes as it is. */
function word(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}

/** What JSON writes as it is, too: most of what a line holds. */
const PLAIN = /^[\w .:-]*$/;

function quoted(text: string | null): string {
  if (text === null) return 'null';
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? '[]' : JSON.stringify(texts);
}
