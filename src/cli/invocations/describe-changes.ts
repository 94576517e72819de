import type { ChangeReport } from './change-summary.js';
import { table } from '../table.js';

const MARKS = { added: '+', changed: '~', removed: '-' } as const;

const TOKENS = { access: 'access token', identity: 'ID token' } as const;

/** Lines of each list; whoever wants all of them asks for JSON. */
const LINES = 20;

/** What would become of many calls, in words and tables. */
export function describeReport(report: ChangeReport): string {
  const { calls, changed, denied, minted, users, lifetimes, claims, reasons, clients, tenants, people } =
    report;
  const different = changed + denied + minted;
  return [
    `${counted(calls, 'call')}: ${String(different)} would end otherwise, of ${counted(users, 'user')}.`,
    ...(different === 0
      ? []
      : [
          `Tokens would change in ${String(changed)}, be refused in ${String(denied)}, and be minted where they were refused in ${String(minted)}; another lifetime in ${String(lifetimes)}.`,
        ]),
    ...section(
      'Claims',
      ['', 'CLAIM', 'TOKEN', 'CALLS', 'USERS'],
      claims.map((c) => [MARKS[c.change], c.name, TOKENS[c.token], String(c.calls), String(c.users)]),
    ),
    ...section(
      'Refused',
      ['WHY', 'CALLS', 'USERS'],
      reasons.map((r) => [r.reason, String(r.calls), String(r.users)]),
    ),
    ...section(
      'Clients',
      ['ISSUER', 'CLIENT', ...COUNTED, 'USERS'],
      clients.map((c) => [c.issuer, c.client, ...countsOf(c), String(c.users)]),
    ),
    ...section(
      'Tenants',
      ['TENANT', ...COUNTED, 'USERS'],
      tenants.map((t) => [t.tenant ?? '(none)', ...countsOf(t), String(t.users)]),
    ),
    ...section(
      'Users',
      ['USER', ...COUNTED],
      people.map((p) => [p.user, ...countsOf(p)]),
    ),
  ].join('\n');
}

const COUNTED = ['CALLS', 'CHANGED', 'REFUSED', 'MINTED'];

function countsOf(counts: {
  readonly calls: number;
  readonly changed: number;
  readonly denied: number;
  readonly minted: number;
}): readonly string[] {
  return [counts.calls, counts.changed, counts.denied, counts.minted].map(String);
}

function section(
  title: string,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const shown = table([heading, ...rows.slice(0, LINES)]).replaceAll(/^/gm, '  ');
  const more =
    rows.length > LINES ? [`  … and ${String(rows.length - LINES)} more (--json has all of them)`] : [];
  return ['', `${title}:`, shown, ...more];
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
