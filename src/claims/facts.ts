/**
 * What the directory knows for one hook call: immutable, and free of any judgement about time, which belongs to the
 * moment of the decision. Instants are milliseconds since the epoch.
 */
export type Status = 'active' | 'suspended';

export type TenantMode = 'fixed' | 'choose' | 'any';

/** Open from `from` (included) until `until` (excluded); `null` means without a bound on that side. */
export interface TimeWindow {
  readonly from: number | null;
  readonly until: number | null;
}

export type FeatureValue = boolean | number | string | readonly string[];

export interface FeatureSetting {
  readonly featureId: string;
  readonly value: FeatureValue;
}

export interface Membership {
  readonly tenantId: string;
  readonly roles: readonly string[];
  readonly isDefault: boolean;
  readonly window: TimeWindow;
}

export interface ClientBinding {
  readonly tenantId: string;
  readonly roles: readonly string[];
  readonly window: TimeWindow;
}

export interface FeatureGrant extends FeatureSetting {
  readonly id: string;
  readonly window: TimeWindow;
}

export interface UserGrant extends FeatureGrant {
  readonly tenantId: string;
}

export interface Subscription {
  readonly id: string;
  readonly planId: string;
  readonly rank: number;
  readonly features: readonly FeatureSetting[];
  readonly window: TimeWindow;
}

export interface UserFacts {
  readonly id: string;
  readonly login: string | null;
  readonly status: Status;
  readonly memberships: readonly Membership[];
  readonly grants: readonly UserGrant[];
}

export interface ClientFacts {
  readonly id: string;
  readonly name: string;
  readonly tenantMode: TenantMode;
  readonly bindings: readonly ClientBinding[];
}

export interface TenantFacts {
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  readonly subscriptions: readonly Subscription[];
  readonly grants: readonly FeatureGrant[];
}

/** `user` and `client` are null where the directory does not know them. */
export interface Facts {
  readonly user: UserFacts | null;
  readonly client: ClientFacts | null;
  /** The documents of every tenant that this call could select, by tenant id. */
  readonly tenants: ReadonlyMap<string, TenantFacts>;
  /** The choice remembered for the presented refresh token, if any. */
  readonly remembered: RememberedTenant | null;
}

export interface RememberedTenant {
  readonly tenantId: string;
  readonly chosenAt: number;
}
