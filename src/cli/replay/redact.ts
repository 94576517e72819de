/** Takes out of a text what nobody may see. */
export type Redact = (text: string) => string;

/** Shorter values are no secrets, and stand in many a text. */
const SHORTEST_SECRET = 8;

/** Three parts of base64url, the first of which is that of a JSON object: a signed token. */
const SIGNED_TOKEN = /\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*/g;

/** Takes out these secrets, as they are and as JSON has them, and whatever looks like a signed token. */
export function redacting(secrets: readonly string[]): Redact {
  const spelt = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const longestFirst = [...new Set(spelt)].sort((one, other) => other.length - one.length);
  return (text) =>
    longestFirst
      .reduce((left, secret) => left.replaceAll(secret, '[secret]'), text)
      .replaceAll(SIGNED_TOKEN, '[token]');
}
