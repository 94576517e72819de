import { refuseClaimName } from '../../claims/claim-names.js';
import type { Database } from '../../database/database.js';
import { readControlRows } from '../../directory/control/read-control-snapshot.js';
import { buildControlSnapshot, type ControlRows } from '../../directory/control/control-snapshot.js';
import { directoryProblems, readNames, type DirectoryNames } from '../../directory/files/directory-names.js';
import { findingsOf, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
const DAYS_LEFT = 14;

/** What the hook would leave out, refuse or never answer with, out of what the directory says. */
export async function checkDirectory(database: Database, now: Date): Promise<readonly Finding[]> {
  const rows = await readControlRows(database);
  const names = await readNames(database);
  return [
    ...checkClaimNames(rows),
    ...checkMappings(rows, names),
    ...(await checkRules(database)),
    ...checkCredentials(rows, now),
  ];
}

/** Names that Okta or Mintmark reserve: rows that plain SQL or an older release wrote. */
function checkClaimNames({ mappings }: ControlRows): readonly Finding[] {
  const { ok, failure } = findingsOf('reserved names', 'directory');
  const refused = mappings.flatMap(({ id, claim, overridesProfileClaim }) => {
    const problem = refuseClaimName(claim, overridesProfileClaim);
    return problem === undefined
      ? []
      : [
          failure(
            `claim mapping ${id}: ${problem}`,
            'give it another claim, with a URI for its name for example',
          ),
        ];
  });
  return refused.length > 0 ? refused : [ok(`none among ${String(mappings.length)} claim mappings`)];
}

function checkMappings(rows: ControlRows, names: DirectoryNames): readonly Finding[] {
  const { ok, warning, failure } = findingsOf('claim mappings', 'directory');
  const { refusedMappings } = buildControlSnapshot(rows);
  const refused = refusedMappings.map(({ mappingId, problems }) =>
    failure(
      `${mappingId} is left out by the hook: ${problems.join('; ')}`,
      'mend its expression or its claim',
    ),
  );
  const idle = rows.mappings.flatMap(({ id, expression, conditions }) => [
    ...featuresIn(expression)
      .filter((feature) => !names.features.has(feature))
      .map((feature) =>
        warning(
          `${id} reads the feature ${feature}, which the directory does not have: it has never a value`,
          'add the feature, or mend the name in the expression',
        ),
      ),
    ...neverMet(conditions, names).map((problem) =>
      warning(`${id} ${problem}: it never applies`, 'mend its conditions, or remove it'),
    ),
  ]);
  const all = [...refused, ...idle];
  return all.length > 0 ? all : [ok(`all ${String(rows.mappings.length)} can have a value`)];
}

/** Features that an expression names; functions of the map are none. */
function featuresIn(expression: string): readonly string[] {
  const names = [
    ...expression.matchAll(/\bentitlements\.([A-Za-z_]\w*)(?!\w*\s*\()/g),
    ...expression.matchAll(/\bentitlements\[\s*"([^"\\]*)"\s*\]/g),
    ...expression.matchAll(/\bentitlements\[\s*'([^'\\]*)'\s*\]/g),
  ];
  return [...new Set(names.map(([, name = '']) => name))];
}

/** Conditions of which no alternative can come true. */
function neverMet(
  { issuerIds, clientIds }: ControlRows['mappings'][number]['conditions'],
  { issuers, clients }: DirectoryNames,
): readonly string[] {
  const isNever = (wanted: readonly string[], known: ReadonlySet<string>): boolean =>
    wanted.length > 0 && !wanted.some((id) => known.has(id));
  return [
    ...(isNever(issuerIds, issuers) ? [`is only for issuers that the directory does not have`] : []),
    ...(isNever(clientIds, clients) ? [`is only for clients that the directory does not have`] : []),
  ];
}

async function checkRules(database: Database): Promise<readonly Finding[]> {
  const { ok, failure } = findingsOf('rules of the directory', 'directory');
  const problems = await directoryProblems(database);
  return problems.length > 0
    ? problems.map((problem) => failure(problem, 'mend it: "mintmark apply" refuses every file until then'))
    : [ok('hold')];
}

function checkCredentials({ credentials, issuers }: ControlRows, now: Date): readonly Finding[] {
  const { ok, warning } = findingsOf('callers', 'directory');
  const inForce = credentials.filter(({ expiresAt }) => expiresAt === null || expiresAt > now.getTime());
  const unheard = issuers.filter(
    ({ id, mode }) => mode !== 'off' && !inForce.some((c) => c.issuerIds.has(id)),
  );
  const ending = inForce.filter(
    ({ expiresAt }) => expiresAt !== null && expiresAt < now.getTime() + DAYS_LEFT * DAY_MS,
  );
  const all = [
    ...unheard.map(({ id }) =>
      warning(
        `no credential in force may speak for issuer ${id}: its calls are refused`,
        `run "mintmark credential create --issuer ${id}"`,
      ),
    ),
    ...ending.map(({ id }) =>
      warning(
        `credential ${id} ends within ${String(DAYS_LEFT)} days`,
        'make another one, enter it in Okta, and revoke this one',
      ),
    ),
  ];
  return all.length > 0 ? all : [ok(`every issuer has a credential in force`)];
}
