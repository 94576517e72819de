import type { Json } from '../okta/token-hook-response.js';
import type { Pseudonyms } from './pseudonyms.js';

/** Values of one call: whoever sends more is not recorded in full, so that no call takes long. */
const VALUES_LIMIT = 2_000;

const DEPTH_LIMIT = 12;

/** Numbers so small identify nobody: versions, levels, counts. */
const SMALL = 999;

/** Visible ASCII without addresses: how people who configure an authorization server spell names. */
const NAME = /^[\x21-\x3f\x41-\x7e]{1,128}$/;

const TENANT_SCOPE = 'tenant:';

/** A call holds more values than are looked at. */
export class TooManyValuesError extends Error {
  constructor() {
    super('the call holds too many values');
    this.name = 'TooManyValuesError';
  }
}

export interface RedactorOptions {
  readonly pseudonyms: Pseudonyms;
  /** Texts and numbers that may stay: words of the contract, and what the directory gave for this call. */
  readonly vocabulary: ReadonlySet<unknown>;
  readonly tenantId: string | null;
  readonly clientId: string | null;
  readonly userId: string | null;
  readonly isId: (value: unknown) => value is string;
}

/**
 * Replaces the values of one call. Whatever is not known to be harmless gets a pseudonym, so that what is new in a payload is safe by
 * itself. What is no id stays none, and equal values stay equal: a recorded call is decided as the call was.
 */
export class Redactor {
  readonly #options: RedactorOptions;
  readonly #people: Set<string>;
  #values = 0;

  constructor(options: RedactorOptions) {
    this.#options = options;
    this.#people = new Set(options.userId === null ? [] : [options.userId]);
  }

  /** The id of a user. */
  person(value: unknown): Json {
    return this.#id(value, (id) => {
      this.#people.add(id);
      return this.#options.pseudonyms.of('user', id);
    });
  }

  /** The id of the client that calls stays; another one does not. */
  client(value: unknown): Json {
    return this.#id(value, (id) => this.clientId(id));
  }

  clientId(id: string): string {
    return id === this.#options.clientId ? id : this.#options.pseudonyms.of('p', id);
  }

  refreshToken(value: unknown): Json {
    return this.#id(value, (id) => this.#options.pseudonyms.of('token', id));
  }

  /** A tenant that a caller names is known to be one where the call got it. */
  hint(value: string): string {
    this.#spend();
    const { tenantId, pseudonyms } = this.#options;
    return value === '' || value === tenantId ? value : pseudonyms.of('tenant', value);
  }

  scope(name: string): string {
    if (name.startsWith(TENANT_SCOPE)) return `${TENANT_SCOPE}${this.hint(name.slice(TENANT_SCOPE.length))}`;
    return this.#name('scope', name);
  }

  /** Claims are named by whoever configures the authorization server. */
  claimName(name: string): string {
    return this.#name('claim', name);
  }

  /** A text of a known form stays. */
  matching(value: unknown, form: RegExp): Json {
    this.#spend();
    return typeof value === 'string' && form.test(value) && value.length <= 256 ? value : this.value(value);
  }

  /** A text that may be of a person. */
  text(text: string): string {
    this.#spend();
    const { vocabulary, pseudonyms } = this.#options;
    if (text === '' || vocabulary.has(text)) return text;
    if (this.#people.has(text)) return pseudonyms.of('user', text);
    return text.includes('@') ? pseudonyms.address(text) : pseudonyms.of('p', text);
  }

  /** Anything, member by member. */
  value(value: unknown, depth = 0): Json {
    if (typeof value === 'string') return this.text(value);
    this.#spend();
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'object' || value === null || depth > DEPTH_LIMIT) return null;
    if (Array.isArray(value)) return value.map((entry: unknown) => this.value(entry, depth + 1));
    const members = Object.entries(value).map(
      ([name, member]: readonly [string, unknown]) =>
        [this.text(name), this.value(member, depth + 1)] as const,
    );
    return Object.fromEntries(members);
  }

  #id(value: unknown, replace: (id: string) => string): Json {
    this.#spend();
    if (this.#options.isId(value)) return replace(value);
    // Another one that is no id either: a call of nobody must not become a call of somebody.
    return typeof value === 'string' ? '' : this.value(value);
  }

  #name(kind: 'scope' | 'claim', name: string): string {
    this.#spend();
    return NAME.test(name) ? name : this.#options.pseudonyms.of(kind, name);
  }

  #number(value: number): number {
    const isSmall = Number.isInteger(value) && Math.abs(value) <= SMALL;
    return isSmall || this.#options.vocabulary.has(value) ? value : this.#options.pseudonyms.number(value);
  }

  #spend(): void {
    this.#values += 1;
    if (this.#values > VALUES_LIMIT) throw new TooManyValuesError();
  }
}
