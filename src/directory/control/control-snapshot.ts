import { compileMappings, type ClaimMapping, type CompiledMapping } from '../../claims/claim-mapping.js';
import { DROPPED_CLAIM } from '../../claims/claim-names.js';
import type { IssuerRules } from '../../claims/issuer-rules.js';

export type StampingMode = 'enforce' | 'shadow' | 'off';

/** What is answered when no decision can be had: no commands, or no token. */
export type FailurePolicy = 'omit' | 'deny';

/** Everything about one issuer that a call needs before any lookup. */
export interface IssuerControl {
  readonly orgId: string;
  readonly rules: IssuerRules;
  readonly mode: StampingMode;
  readonly failurePolicy: FailurePolicy;
}

/** What a client overrides of its issuer's settings. */
export interface ClientControl {
  readonly mode: StampingMode | null;
  readonly failurePolicy: FailurePolicy | null;
}

/** What a credential allows, however its holder proves to be its holder. */
interface CredentialRights {
  readonly id: string;
  /** Issuers that the credential may speak for. */
  readonly issuerIds: ReadonlySet<string>;
  readonly failurePolicy: FailurePolicy;
  /** Milliseconds since the epoch; null means no end. */
  readonly expiresAt: number | null;
}

/** A credential of a caller with a secret in a header: it is known by its SHA-256 alone. */
export interface HeaderCredentialControl extends CredentialRights {
  readonly scheme: 'header';
  /** Lower case. */
  readonly headerName: string;
  readonly secretSha256: Uint8Array;
}

/** A credential of a caller with a token of an OAuth client's. */
export interface BearerCredentialControl extends CredentialRights {
  readonly scheme: 'bearer';
  readonly clientId: string;
}

/** A credential of a caller, pinned to one scheme. */
export type CredentialControl = HeaderCredentialControl | BearerCredentialControl;

/** A mapping that the directory holds and the core refuses: it is left out, and somebody has to be told. */
export interface RefusedMapping {
  readonly mappingId: string;
  readonly problems: readonly string[];
}

/** Issuers, modes, policies, mappings and credential hashes: small, in memory, replaced as a whole. */
export interface ControlSnapshot {
  /** By issuer URI, aliases included. */
  readonly issuers: ReadonlyMap<string, IssuerControl>;
  /** By org id, then by client id; only clients that override something. */
  readonly clients: ReadonlyMap<string, ReadonlyMap<string, ClientControl>>;
  readonly credentials: readonly CredentialControl[];
  readonly refusedMappings: readonly RefusedMapping[];
}

/** The rows that a snapshot is made of. */
export interface ControlRows {
  readonly issuers: readonly IssuerRow[];
  readonly clients: readonly (ClientControl & { readonly orgId: string; readonly id: string })[];
  readonly credentials: readonly CredentialControl[];
  readonly mappings: readonly ClaimMapping[];
}

export interface IssuerRow {
  readonly id: string;
  readonly orgId: string;
  readonly uri: string;
  readonly aliases: readonly string[];
  readonly mode: StampingMode;
  readonly failurePolicy: FailurePolicy;
  readonly onRefused: 'stamp' | 'deny';
  readonly onAmbiguous: 'stamp' | 'deny';
  readonly claimsBudgetBytes: number;
  readonly rememberChoiceDays: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Compiles the mappings once and arranges everything for lookups by URI and id. */
export function buildControlSnapshot({
  issuers,
  clients,
  credentials,
  mappings,
}: ControlRows): ControlSnapshot {
  const { compiled, refused } = compileMappings(mappings);
  const controls = issuers.map((row) => ({ row, control: issuerControl(row, compiled) }));
  return {
    issuers: new Map([
      ...controls.flatMap(({ row, control }) => row.aliases.map((uri) => [uri, control] as const)),
      ...controls.map(({ row, control }) => [row.uri, control] as const),
    ]),
    clients: clientOverrides(clients),
    credentials,
    refusedMappings: refused.map(({ mapping, problems }) => ({ mappingId: mapping.id, problems })),
  };
}

function issuerControl(row: IssuerRow, mappings: readonly CompiledMapping[]): IssuerControl {
  return {
    orgId: row.orgId,
    mode: row.mode,
    failurePolicy: row.failurePolicy,
    rules: {
      issuerId: row.id,
      issuerUri: row.uri,
      denyRefused: row.onRefused === 'deny',
      denyAmbiguous: row.onAmbiguous === 'deny',
      claimsBudgetBytes: row.claimsBudgetBytes,
      rememberChoiceMs: row.rememberChoiceDays * DAY_MS,
      mappings,
      ownedClaims: new Set([...mappings.map(({ claim }) => claim), DROPPED_CLAIM]),
    },
  };
}

function clientOverrides(clients: ControlRows['clients']): ControlSnapshot['clients'] {
  const byOrg = new Map<string, Map<string, ClientControl>>();
  for (const { orgId, id, mode, failurePolicy } of clients) {
    const ofOrg = byOrg.get(orgId) ?? new Map<string, ClientControl>();
    byOrg.set(orgId, ofOrg.set(id, { mode, failurePolicy }));
  }
  return byOrg;
}

/** What the issuer and client of a call are set to; undefined where no issuer has this URI, or an alias of it. */
export function callControl(
  snapshot: ControlSnapshot,
  issuerUri: string,
  clientId: string,
): IssuerControl | undefined {
  const issuer = snapshot.issuers.get(issuerUri);
  return issuer && { ...issuer, ...effectiveControl(snapshot, issuer, clientId) };
}

/** The mode and failure policy of one call: the client's where it has its own, else the issuer's. */
export function effectiveControl(
  snapshot: ControlSnapshot,
  issuer: IssuerControl,
  clientId: string,
): { readonly mode: StampingMode; readonly failurePolicy: FailurePolicy } {
  const client = snapshot.clients.get(issuer.orgId)?.get(clientId);
  return {
    mode: client?.mode ?? issuer.mode,
    failurePolicy: client?.failurePolicy ?? issuer.failurePolicy,
  };
}
