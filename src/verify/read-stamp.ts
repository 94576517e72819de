import type { JWTPayload } from 'jose';
import { AccessTokenError } from './access-token-error.js';

/** How the tenant of a token was found: the claim `tenant_selection` of a token that has one. */
export type BoundSelection = 'bound' | 'hinted' | 'remembered' | 'only' | 'default';

/** What Mintmark stamped onto a token. */
export interface Stamp {
  readonly tenantId: string;
  readonly selection: BoundSelection;
  readonly roles: readonly string[];
  readonly entitlements: Readonly<Record<string, unknown>>;
}

export interface StampRequirements {
  /** Of the marker claim. */
  readonly version: number;
  /** Others are refused. */
  readonly selections: ReadonlySet<string>;
}

const SELECTIONS = ['bound', 'hinted', 'remembered', 'only', 'default'] as const;

/** Every way to find a tenant. */
export const ALL_SELECTIONS: ReadonlySet<BoundSelection> = new Set(SELECTIONS);

/**
 * Reads the stamp of an access token. Okta fails open: where its hook could not be reached it mints the token all the
 * same, and the marker `mintmark` is the only thing that tells such a token from one without entitlements.
 *
 * @throws AccessTokenError `not_stamped`, `wrong_stamp_version`, `no_tenant`
 */
export function readStamp(claims: JWTPayload, { version, selections }: StampRequirements): Stamp {
  const marker = claims['mintmark'];
  if (!isRecord(marker)) throw new AccessTokenError('not_stamped');
  if (marker['v'] !== version) throw new AccessTokenError('wrong_stamp_version');
  const { tenant_id: tenantId, tenant_selection: selection } = claims;
  if (!isBoundSelection(selection) || !selections.has(selection) || !isNonEmptyText(tenantId)) {
    throw new AccessTokenError('no_tenant', { detail: `tenant_selection is ${JSON.stringify(selection)}` });
  }
  const { tenant_roles: roles, tenant_entitlements: entitlements } = claims;
  return {
    ...{ tenantId, selection },
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    entitlements: isRecord(entitlements) ? entitlements : {},
  };
}

function isBoundSelection(value: unknown): value is BoundSelection {
  return SELECTIONS.some((selection) => selection === value);
}

function isNonEmptyText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
