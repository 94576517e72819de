import type { Path } from '../../config/file-fault.js';
import type { Report } from './name-index.js';
import type { Rule } from './org.js';
import type { RuleDto } from './policy-file.dto.js';

type Lifetimes = Pick<
  Rule,
  'accessTokenLifetimeMinutes' | 'refreshTokenLifetimeMinutes' | 'refreshTokenWindowMinutes'
>;

/** The window that Okta gives a rule: seven days. */
const USUAL_WINDOW_MINUTES = 10_080;

/** The lifetimes of a rule, which bound each other (okta/authorization-server.md section 7). */
export function lifetimesOf(dto: RuleDto, path: Path, report: Report): Lifetimes {
  const { accessTokenLifetimeMinutes, refreshTokenLifetimeMinutes } = dto;
  const longest = refreshTokenLifetimeMinutes === 0 ? Infinity : refreshTokenLifetimeMinutes;
  const window = dto.refreshTokenWindowMinutes ?? Math.min(USUAL_WINDOW_MINUTES, longest);
  if (longest < accessTokenLifetimeMinutes) {
    report(
      [...path, 'refreshTokenLifetimeMinutes'],
      'must be 0, or no less than the lifetime of the access token',
    );
  } else if (window < accessTokenLifetimeMinutes || window > longest) {
    report(
      [...path, 'refreshTokenWindowMinutes'],
      'must lie between the lifetimes of the access token and of the refresh token',
    );
  }
  return { accessTokenLifetimeMinutes, refreshTokenLifetimeMinutes, refreshTokenWindowMinutes: window };
}
