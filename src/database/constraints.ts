/** What each constraint of the migrations says, for people. */
const SENTENCES: Readonly<Record<string, string>> = {
  feature_grants_tenant_excl: 'two grants of one feature to one tenant overlap in time',
  feature_grants_user_excl: 'two grants of one feature to one user overlap in time',
  memberships_default_excl: 'a user has two default memberships at one time',
  issuer_uris_pkey: 'a URI already names another issuer',
  issuers_uri_key: 'a URI already names another issuer',
  issuer_aliases_pkey: 'a URI already names another issuer',
  orgs_url_key: 'another org has this URL',
  plans_rank_key: 'two plans have the same rank',
  plan_features_feature_id_feature_type_fkey: 'a feature that is in use cannot change its type',
  feature_grants_feature_id_feature_type_fkey: 'a feature that is in use cannot change its type',
  hook_credentials_secret_sha256_key: 'another credential has this secret',
  hook_credentials_client_id_key: 'another credential that is not revoked is for this client',
};

/** The problem behind a constraint violation of PostgreSQL's, in words; `undefined` for any other error. */
export function explainConstraint(error: unknown): string | undefined {
  const text = textOf(error, 0);
  const name = Object.keys(SENTENCES).find((constraint) => text.includes(constraint));
  if (name !== undefined) return SENTENCES[name];
  const [, violated] =
    /violates (?:check|foreign key|unique|exclusion) constraint "([a-z0-9_]+)"/.exec(text) ?? [];
  return violated === undefined ? undefined : `the database refused it (constraint ${violated})`;
}

/** The driver's message may sit some causes deep, or in Prisma's `meta`. */
function textOf(error: unknown, depth: number): string {
  if (typeof error !== 'object' || error === null || depth > 4) return '';
  const message = error instanceof Error ? error.message : '';
  const meta: unknown = Reflect.get(error, 'meta');
  return `${message} ${meta === undefined ? '' : JSON.stringify(meta)} ${textOf(Reflect.get(error, 'cause'), depth + 1)}`;
}
