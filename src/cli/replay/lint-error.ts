import { warning, type Finding } from './finding.js';
import { isRecord, memberOf } from './replay-call.js';

const LOCATION_TYPES = ['body', 'header', 'url', 'query'];
const ERROR_MEMBERS = ['errorSummary', 'errorCauses'];

/** What end users may have to read is short. */
const LONGEST_SUMMARY = 200;

/** Checks an error object (section 3): it stops minting whatever is in it, and people get to read some of it. */
export function lintError(response: unknown): readonly Finding[] {
  const error = memberOf(response, 'error');
  const commands = memberOf(response, 'commands');
  return [
    ...lintSummary(memberOf(error, 'errorSummary')),
    ...lintCauses(memberOf(error, 'errorCauses')),
    ...unknownMembers(error),
    ...(Array.isArray(commands) && commands.length > 0
      ? [warning('2.2', '/commands', 'an error is there, too, which wins: the commands are not applied')]
      : []),
  ];
}

function lintSummary(summary: unknown): readonly Finding[] {
  const at = '/error/errorSummary';
  if (typeof summary !== 'string' || summary === '')
    return [
      warning('3', at, 'there is no errorSummary: the client reads "The callback service returned an error"'),
    ];
  if (/\n\s+at |Exception\b|\bstack\b/i.test(summary))
    return [warning('3', at, 'it looks like the inside of a program, and end users may get to see it')];
  return summary.length > LONGEST_SUMMARY
    ? [warning('3', at, `it is ${String(summary.length)} characters long, and end users may get to see it`)]
    : [];
}

function lintCauses(causes: unknown): readonly Finding[] {
  if (causes === undefined) return [];
  const at = '/error/errorCauses';
  if (!Array.isArray(causes))
    return [warning('3', at, 'errorCauses are a list: Okta may not be able to read the answer')];
  return causes.flatMap((cause: unknown, index) => lintCause(cause, `${at}/${String(index)}`));
}

function lintCause(cause: unknown, at: string): readonly Finding[] {
  if (!isRecord(cause))
    return [warning('3', at, 'a cause is an object: Okta may not be able to read the answer')];
  const type = memberOf(cause, 'locationType');
  return [
    ...(typeof memberOf(cause, 'errorSummary') === 'string'
      ? []
      : [warning('3', at, 'a cause has an errorSummary')]),
    ...(type === undefined || (typeof type === 'string' && LOCATION_TYPES.includes(type))
      ? []
      : [warning('3', `${at}/locationType`, `a locationType is one of ${LOCATION_TYPES.join(', ')}`)]),
  ];
}

function unknownMembers(error: unknown): readonly Finding[] {
  if (!isRecord(error)) return [];
  return Object.keys(error)
    .filter((name) => !ERROR_MEMBERS.includes(name))
    .map((name) =>
      warning('3', `/error/${name}`, `an error has ${ERROR_MEMBERS.join(' and ')}, and no others`),
    );
}
