import type { Path } from '../../config/file-fault.js';
import { GroupPatternError } from '../group-pattern/group-pattern.js';
import { parseGroupPattern } from '../group-pattern/parse-group-pattern.js';
import type { Report } from './name-index.js';
import type { Claim, GroupFilter } from './org.js';
import type { ClaimDto } from './server-file.dto.js';

interface Place {
  readonly path: Path;
  readonly report: Report;
}

/** Where a claim's value comes from. As in Okta, an expression is not looked at before it is evaluated (section 6.1). */
export function claimSource(
  dto: ClaimDto,
  changed: Claim | undefined,
  { path, report }: Place,
): Claim['source'] {
  const { value, groupFilterType } = dto;
  const valueType =
    dto.valueType ?? (value === undefined ? changed?.source.valueType : undefined) ?? 'EXPRESSION';
  if (groupFilterType !== undefined && valueType !== 'GROUPS') {
    report([...path, 'groupFilterType'], 'belongs to claims of the value type GROUPS');
  }
  if (valueType === 'SYSTEM') return systemSource(changed, { path, report }, value);
  if (value === undefined) {
    if (changed?.source.valueType === valueType) return changed.source;
    report([...path, 'value'], `must be there for a claim of the value type ${valueType}`);
    return { valueType: 'EXPRESSION', value: 'null' };
  }
  if (valueType === 'EXPRESSION') return { valueType, value };
  const source: GroupFilter = { valueType, filter: groupFilterType ?? 'STARTS_WITH', value };
  const problem = problemOfPattern(source);
  if (problem !== undefined) report([...path, 'value'], `is no regular expression for groups: ${problem}`);
  return source;
}

function systemSource(
  changed: Claim | undefined,
  { path, report }: Place,
  value: string | undefined,
): Claim['source'] {
  if (changed?.source.valueType !== 'SYSTEM') {
    report([...path, 'valueType'], 'is SYSTEM for the standard claims of an ID token only');
  }
  if (value !== undefined) report([...path, 'value'], 'has no use for a claim of the value type SYSTEM');
  return { valueType: 'SYSTEM' };
}

function problemOfPattern({ filter, value }: GroupFilter): string | undefined {
  if (filter !== 'REGEX') return undefined;
  try {
    parseGroupPattern(value);
    return undefined;
  } catch (error) {
    if (error instanceof GroupPatternError) return error.message;
    throw error;
  }
}
