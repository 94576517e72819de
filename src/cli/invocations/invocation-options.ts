import { InvalidArgumentError, Option, type Command } from 'commander';
import { readRecordingKey } from '../../config/recording-configuration.js';
import { Pseudonyms } from '../../invocations/pseudonyms.js';
import { OUTCOMES, type InvocationFilter } from '../../invocations/read-invocations.js';
import { UsageError, type CliContext } from '../cli-context.js';
import { parseInstant } from '../parse-options.js';

/** Options that choose among recorded calls. */
export interface FilterOptions {
  readonly from?: Date;
  readonly until?: Date;
  /** Milliseconds. */
  readonly since?: number;
  readonly issuer?: string;
  readonly client?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly outcome?: string;
  readonly mode?: 'enforce' | 'shadow' | 'off';
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @throws InvalidArgumentError for what is no length of time */
function parseDuration(value: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  if (count === '') throw new InvalidArgumentError('Give a length of time such as 30m, 12h or 7d.');
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Adds the options of `FilterOptions` to a command. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--from <instant>', 'answered from then on, such as 2027-01-31T00:00:00Z', parseInstant)
    .option('--until <instant>', 'answered before then', parseInstant)
    .option('--since <time>', 'answered within so much time, such as 30m, 12h or 7d', parseDuration)
    .option('--issuer <id>', 'of one issuer')
    .option('--client <id>', 'of one client')
    .option('--tenant <id>', 'decided for one tenant')
    .option('--user <id>', 'of one user: a pseudonym, or an id where MINTMARK_RECORD_KEY is set')
    .addOption(new Option('--outcome <outcome>', 'that ended so').choices(OUTCOMES))
    .addOption(new Option('--mode <mode>', 'answered in one mode').choices(['enforce', 'shadow', 'off']));
}

const PSEUDONYM = /^user-[0-9a-f]{20}$/;

/** Which recorded calls are meant. @throws UsageError where options contradict, ConfigurationError */
export function filterOf(
  { since, from, user, ...options }: FilterOptions,
  { environment, now }: Pick<CliContext, 'environment' | 'now'>,
): InvocationFilter {
  if (since !== undefined && from !== undefined) throw new UsageError('Give --since or --from, not both.');
  const { until, issuer, client, tenant, outcome, mode } = options;
  return {
    ...{ until, issuer, client, tenant, outcome, mode, tenantIds: null },
    from: since === undefined ? from : new Date(now().getTime() - since),
    user: user === undefined || PSEUDONYM.test(user) ? user : pseudonymOf(user, environment),
  };
}

function pseudonymOf(user: string, environment: CliContext['environment']): string {
  const key = readRecordingKey(environment);
  if (key === undefined)
    throw new UsageError(
      'Recordings hold pseudonyms: give one, such as user-3f9a…, or set MINTMARK_RECORD_KEY as the hook has it.',
    );
  return new Pseudonyms(key).of('user', user);
}
