import type {
  ClientBinding,
  ClientFacts,
  FeatureGrant,
  FeatureSetting,
  FeatureValue,
  Membership,
  RememberedTenant,
  Status,
  Subscription,
  TenantFacts,
  TenantMode,
  TimeWindow,
  UserFacts,
  UserGrant,
} from '../../claims/facts.js';
import { COVERS_LIMIT } from './facts-query.js';
import { TooManyFactsError, type FactsReading } from './facts-source.js';

/** The columns of the facts query, as the driver gives them: parsed JSON, or null. */
type FactsColumns = Readonly<
  Partial<Record<'user' | 'client' | 'remembered' | 'tenants' | 'suspended', unknown>>
>;

/**
 * Narrows the one row of the facts query to frozen facts. Each kind of document is one literal: of objects that are spread into
 * others and frozen, the engine keeps a description for each, of several times their own size.
 *
 * @throws TypeError where the row has another shape than the query gives, which a replaced view could cause
 * @throws TooManyFactsError
 */
export function parseFacts({ user, client, remembered, tenants, suspended }: FactsColumns): FactsReading {
  const documents = list(tenants, tenantFacts).map((tenant) => [tenant.id, tenant] as const);
  return Object.freeze({
    facts: Object.freeze({
      user: user === null ? null : userFacts(user),
      client: client === null ? null : clientFacts(client),
      remembered: remembered === null ? null : rememberedTenant(remembered),
      tenants: new Map(documents),
    }),
    suspendedTenantIds: list(suspended, text),
  });
}

function userFacts(value: unknown): UserFacts {
  const user = record(value);
  const memberships = list(user['memberships'], membership);
  if (memberships.length > COVERS_LIMIT) throw new TooManyFactsError('memberships of one user', COVERS_LIMIT);
  return Object.freeze({
    id: text(user['id']),
    login: user['login'] === null ? null : text(user['login']),
    status: status(user['status']),
    memberships,
    grants: list(user['grants'], userGrant),
  });
}

function membership(value: unknown): Membership {
  const row = record(value);
  if (typeof row['isDefault'] !== 'boolean') throw unexpected('isDefault');
  return Object.freeze({
    tenantId: text(row['tenantId']),
    roles: list(row['roles'], text),
    window: timeWindow(row),
    isDefault: row['isDefault'],
  });
}

function clientFacts(value: unknown): ClientFacts {
  const client = record(value);
  const bindings = list(client['bindings'], clientBinding);
  if (bindings.length > COVERS_LIMIT) throw new TooManyFactsError('bindings of one client', COVERS_LIMIT);
  return Object.freeze({
    id: text(client['id']),
    name: text(client['name']),
    tenantMode: tenantMode(client['tenantMode']),
    bindings,
  });
}

function clientBinding(value: unknown): ClientBinding {
  const row = record(value);
  return Object.freeze({
    tenantId: text(row['tenantId']),
    roles: list(row['roles'], text),
    window: timeWindow(row),
  });
}

function rememberedTenant(value: unknown): RememberedTenant {
  const row = record(value);
  return Object.freeze({
    tenantId: text(row['tenantId']),
    chosenAt: integer(row['chosenAt']),
  });
}

function tenantFacts(value: unknown): TenantFacts {
  const tenant = record(value);
  return Object.freeze({
    id: text(tenant['id']),
    name: text(tenant['name']),
    status: status(tenant['status']),
    subscriptions: list(tenant['subscriptions'], subscription),
    grants: list(tenant['grants'], featureGrant),
  });
}

function subscription(value: unknown): Subscription {
  const row = record(value);
  return Object.freeze({
    id: text(row['id']),
    planId: text(row['planId']),
    rank: integer(row['rank']),
    features: list(row['features'], featureSetting),
    window: timeWindow(row),
  });
}

function userGrant(value: unknown): UserGrant {
  const row = record(value);
  return Object.freeze({
    id: text(row['id']),
    tenantId: text(row['tenantId']),
    featureId: text(row['featureId']),
    value: featureValue(row['value']),
    window: timeWindow(row),
  });
}

function featureGrant(value: unknown): FeatureGrant {
  const row = record(value);
  return Object.freeze({
    id: text(row['id']),
    featureId: text(row['featureId']),
    value: featureValue(row['value']),
    window: timeWindow(row),
  });
}

function featureSetting(value: unknown): FeatureSetting {
  const row = record(value);
  return Object.freeze({ featureId: text(row['featureId']), value: featureValue(row['value']) });
}

function featureValue(value: unknown): FeatureValue {
  if (typeof value === 'boolean' || typeof value === 'string' || Number.isSafeInteger(value)) {
    return value as boolean | string | number;
  }
  return list(value, text);
}

function timeWindow(row: Readonly<Record<string, unknown>>): TimeWindow {
  return Object.freeze({ from: integerOrNull(row['from']), until: integerOrNull(row['until']) });
}

function status(value: unknown): Status {
  if (value === 'active' || value === 'suspended') return value;
  throw unexpected('status');
}

function tenantMode(value: unknown): TenantMode {
  if (value === 'fixed' || value === 'choose' || value === 'any') return value;
  throw unexpected('tenant mode');
}

function list<T>(value: unknown, parse: (element: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw unexpected('list');
  return Object.freeze(value.map((element: unknown) => parse(element)));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw unexpected('object');
  return value as Readonly<Record<string, unknown>>;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw unexpected('text');
  return value;
}

function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unexpected('integer');
  return value;
}

function integerOrNull(value: unknown): number | null {
  return value === null ? null : integer(value);
}

/** Says which kind of value is wrong, never the value. */
function unexpected(what: string): TypeError {
  return new TypeError(`the facts query gave an unexpected ${what}`);
}
