import { Client } from 'pg';

/** Users, and as many tenants: every subject is one of each. */
export const SUBJECTS = 10_000;

/** What the seeded users belong to: names of examples/directory.yaml. */
const ORG = 'acme';

/** The user id of a subject, 20 characters as Okta's. */
export function userId(subject: number): string {
  return `00uBench${String(subject).padStart(9, '0')}1d7`;
}

/** The tenant that a token of the subject is stamped with. */
export function tenantId(subject: number): string {
  return `tenant-${String(subject).padStart(5, '0')}`;
}

const SUBJECT = `generate_series(0, ${String(SUBJECTS - 1)}) AS n`;
const USER = `'00uBench' || lpad(n::text, 9, '0') || '1d7'`;
const TENANT = `'tenant-' || lpad(n::text, 5, '0')`;
const NEXT_TENANT = `'tenant-' || lpad(((n + 1) % ${String(SUBJECTS)})::text, 5, '0')`;

/** Every third user belongs to a second tenant, every third tenant has a second plan, every fifth a grant. */
const SEED = `
  INSERT INTO tenants (id, name) SELECT ${TENANT}, 'Tenant ' || n FROM ${SUBJECT};
  INSERT INTO subscriptions (id, tenant_id, plan_id)
    SELECT 'sub-business-' || n, ${TENANT}, 'business' FROM ${SUBJECT};
  INSERT INTO subscriptions (id, tenant_id, plan_id)
    SELECT 'sub-analytics-' || n, ${TENANT}, 'analytics' FROM ${SUBJECT} WHERE n % 3 = 0;
  INSERT INTO feature_grants (id, tenant_id, feature_id, feature_type, value, reason)
    SELECT 'grant-' || n, ${TENANT}, 'support.tier', 'string', '"gold"', 'bench' FROM ${SUBJECT} WHERE n % 5 = 0;
  INSERT INTO users (org_id, id, login) SELECT '${ORG}', ${USER}, 'user' || n || '@acme.example' FROM ${SUBJECT};
  INSERT INTO memberships (org_id, user_id, tenant_id, roles, is_default)
    SELECT '${ORG}', ${USER}, ${TENANT}, '{admin,billing}', true FROM ${SUBJECT};
  INSERT INTO memberships (org_id, user_id, tenant_id, roles)
    SELECT '${ORG}', ${USER}, ${NEXT_TENANT}, '{viewer}' FROM ${SUBJECT} WHERE n % 3 = 0;
  ANALYZE`;

/** Adds the subjects to a database that has examples/directory.yaml. */
export async function seedSubjects(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(SEED);
  await client.end();
}
