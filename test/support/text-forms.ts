import { createHash } from 'node:crypto';

/** Everything that a value looks like when it was quoted, encoded or wrapped on its way into a text. */
export function formsOf(value: string): readonly string[] {
  const escaped = inJson(value);
  const bytes = Buffer.from(value);
  return [
    ...[value, escaped, inJson(escaped)],
    ...[
      encodeURIComponent(value),
      encodeURI(value),
      new URLSearchParams([[value, '']]).toString().slice(0, -1),
    ],
    ...['base64', 'base64url'].flatMap((encoding) => withinBase64(bytes, encoding)),
    bytes.toString('hex'),
  ];
}

/** What an unkeyed hash of a value begins with. */
export function hashesOf(value: string): readonly string[] {
  return ['sha1', 'sha256'].map((name) => createHash(name).update(value).digest('hex').slice(0, 16));
}

/** Whether a text holds one of these, in capitals or not. */
export function holds(text: string, forms: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return forms.some((form) => lower.includes(form.toLowerCase()));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** What is certain of a value's base64 wherever it stands among other bytes: three bytes share four characters. */
function withinBase64(bytes: Buffer, encoding: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString(
      encoding === 'base64' ? 'base64' : 'base64url',
    );
    const isCut = (before + bytes.length) % 3 !== 0;
    return text.replaceAll('=', '').slice([0, 2, 3][before], isCut ? -1 : undefined);
  });
}
