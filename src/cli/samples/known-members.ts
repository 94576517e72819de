/** Members by name; `OPEN` has whatever there may be below it, `LEAF` has a value that is no object. */
type Members = typeof OPEN | typeof LEAF | { readonly [name: string]: Members };

const OPEN = 'open';
const LEAF = 'leaf';

function leaves(names: string): Members {
  return Object.fromEntries(names.split(' ').map((name) => [name, LEAF]));
}

const TOKEN = { claims: OPEN, token: { lifetime: { expiration: LEAF } } } as const;
const ENVELOPE = leaves('eventId eventTime eventType eventTypeVersion contentType cloudEventVersion source');
const REQUEST = { id: LEAF, method: LEAF, url: { value: LEAF }, ipAddress: LEAF } as const;
const OAUTH_REQUEST = leaves('client_id grant_type redirect_uri response_mode response_type scope state');

const PEOPLE: Members = {
  session: {
    ...asObject(
      leaves('id userId login createdAt expiresAt status lastPasswordVerification lastFactorVerification'),
    ),
    ...{ amr: OPEN, idp: { id: LEAF, type: LEAF }, mfaActive: LEAF },
  },
  user: {
    ...{ id: LEAF, passwordChanged: LEAF },
    profile: leaves('login firstName lastName locale timeZone'),
    _links: { groups: { href: LEAF }, factors: { href: LEAF } },
  },
};

/** Every member of a token hook's call that the contract names (sections 1.2 to 1.8). */
export const TOKEN_HOOK_MEMBERS: Members = {
  ...asObject(ENVELOPE),
  data: {
    context: {
      request: REQUEST,
      protocol: {
        type: LEAF,
        request: OAUTH_REQUEST,
        originalGrant: { authorization: OAUTH_REQUEST, refresh_token: { jti: LEAF } },
        issuer: { uri: LEAF },
        client: { id: LEAF, name: LEAF, type: LEAF },
      },
      ...asObject(PEOPLE),
      policy: { id: LEAF, rule: { id: LEAF } },
    },
    identity: TOKEN,
    access: { ...TOKEN, scopes: OPEN },
    refresh_token: { jti: LEAF },
  },
};

/** Those of a SAML hook's call (section 9). */
export const SAML_HOOK_MEMBERS: Members = {
  ...asObject(ENVELOPE),
  data: {
    context: {
      request: REQUEST,
      protocol: { type: LEAF, issuer: { id: LEAF, name: LEAF, uri: LEAF } },
      ...asObject(PEOPLE),
    },
    assertion: OPEN,
  },
};

function asObject(members: Members): Readonly<Record<string, Members>> {
  return typeof members === 'string' ? {} : members;
}

/** A path that the contract does not name: how far it is known, and what there is at that place. */
export interface UnknownMember {
  readonly known: readonly string[];
  readonly unknown: string;
  readonly names: readonly string[];
}

/** Where a path leaves what the contract names; `undefined` where it does not, or is below something open. */
export function findUnknown(path: readonly string[], members: Members): UnknownMember | undefined {
  let here = members;
  for (const [index, name] of path.entries()) {
    if (here === OPEN) return undefined;
    const next = asObject(here)[name];
    if (next === undefined || !Object.hasOwn(asObject(here), name))
      return { known: path.slice(0, index), unknown: name, names: Object.keys(asObject(here)) };
    here = next;
  }
  return undefined;
}

/** Whether there may be anything below a path. */
export function isOpenBelow(path: readonly string[], members: Members): boolean {
  let here = members;
  for (const name of path) {
    if (here === OPEN) return true;
    here = asObject(here)[name] ?? LEAF;
  }
  return here === OPEN;
}

/** The paths of all members, those that have members of their own included. */
export function allPaths(members: Members, before: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(asObject(members)).flatMap(([name, below]) => {
    const path = [...before, name];
    return [path, ...allPaths(below, path)];
  });
}

export type { Members };
