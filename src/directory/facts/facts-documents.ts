import type {
  ClientBinding,
  ClientFacts,
  FeatureGrant,
  FeatureSetting,
  RememberedTenant,
  TenantFacts,
  UserFacts,
} from '../../claims/facts.js';

// The parts that facts are put together from. Each is kept by itself, so that a change drops exactly what it touches.

/** One user of an org; null where the directory does not know them. Subject of user calls. */
export interface UserDocument {
  readonly user: UserFacts | null;
  /** The tenants whose user grants were read along: grants in any other tenant are not known. */
  readonly grantTenantIds: ReadonlySet<string>;
}

/** One client of an org; null where the directory does not know it. Subject of machine calls, and narrows user calls. */
export type ClientDocument = ClientFacts | null;

/** One tenant; null where there is none with this id. Of a suspended one, the status is all that is certain. */
export type TenantDocument = TenantFacts | null;

/** The choice remembered for one refresh token; null where there is none. */
export type ChoiceDocument = RememberedTenant | null;

/** A tenant of which only that it is not active is known: nothing else of it counts. */
export function suspendedTenant(id: string): TenantFacts {
  return Object.freeze({
    id,
    name: '',
    status: 'suspended',
    subscriptions: Object.freeze([]),
    grants: Object.freeze([]),
  });
}

// What the documents weigh in memory, roughly, in bytes: objects of some members, and short strings. Measured on V8.
const DOCUMENT_BYTES = 600;
const COVER_BYTES = 300;
const SETTING_BYTES = 160;
const TEXT_BYTES = 32;

/** @returns bytes, an estimate */
export function weighUser({ user, grantTenantIds }: UserDocument): number {
  const covers = weighCovers(user?.memberships ?? []) + grantTenantIds.size * COVER_BYTES;
  return DOCUMENT_BYTES + covers + weighSettings(user?.grants ?? []);
}

/** @returns bytes, an estimate */
export function weighClient(client: ClientDocument): number {
  return DOCUMENT_BYTES + weighCovers(client?.bindings ?? []);
}

/** @returns bytes, an estimate */
export function weighTenant(tenant: TenantDocument): number {
  const settings = tenant?.subscriptions.map(({ features }) => COVER_BYTES + weighSettings(features)) ?? [];
  return (
    DOCUMENT_BYTES + settings.reduce((sum, bytes) => sum + bytes, 0) + weighSettings(tenant?.grants ?? [])
  );
}

/** @returns bytes, an estimate */
export function weighChoice(): number {
  return DOCUMENT_BYTES;
}

function weighCovers(covers: readonly ClientBinding[]): number {
  return covers.reduce((sum, { tenantId, roles }) => {
    const texts = roles.reduce((bytes, role) => bytes + TEXT_BYTES + 2 * role.length, 2 * tenantId.length);
    return sum + COVER_BYTES + texts;
  }, 0);
}

function weighSettings(settings: readonly (FeatureSetting | FeatureGrant)[]): number {
  return settings.reduce((sum, { value }) => {
    const text = Array.isArray(value) ? value.join('') : value;
    return sum + SETTING_BYTES + (typeof text === 'string' ? 2 * text.length : 0);
  }, 0);
}
