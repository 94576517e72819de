import { isUtf8 } from 'node:buffer';
import { findJsonFault } from './json-scanner.js';

export type BodyReading =
  | { readonly kind: 'json'; readonly text: string; readonly value: unknown }
  /** `offset` is where the text stops being JSON. */
  | { readonly kind: 'malformed'; readonly text: string; readonly offset: number; readonly why: string };

/** Reads a body as UTF-8 JSON (section 2.11). */
export function readHookBody(body: Uint8Array): BodyReading {
  const text = Buffer.from(body).toString('utf8');
  if (!isUtf8(body))
    return { kind: 'malformed', text, offset: text.indexOf('\uFFFD'), why: 'it is not UTF-8' };
  const offset = findJsonFault(text);
  if (offset === null) return { kind: 'json', text, value: JSON.parse(text) };
  const found = offset === text.length ? 'the end' : JSON.stringify(text[offset]);
  return { kind: 'malformed', text, offset, why: `${found} cannot stand there` };
}
