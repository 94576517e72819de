import 'reflect-metadata';
import { IsOneOf, IsTrueOrFalse } from './file-decorators.js';
import type { Switches } from './org.js';
import { DEFAULT_SWITCHES } from './switches.js';

/** See `Switches`. */
export class SwitchesDto implements Switches {
  @IsOneOf(['ignore', 'process'])
  otherSuccessStatus = DEFAULT_SWITCHES.otherSuccessStatus;

  @IsOneOf(['process', 'ignore'])
  otherContentType = DEFAULT_SWITCHES.otherContentType;

  @IsOneOf(['ignore', 'invalid'])
  unknownResponseMembers = DEFAULT_SWITCHES.unknownResponseMembers;

  @IsOneOf(['invalid', 'apply'])
  nullValues = DEFAULT_SWITCHES.nullValues;

  @IsOneOf(['allow', 'refuse'])
  chainedOperations = DEFAULT_SWITCHES.chainedOperations;

  @IsOneOf(['refuse', 'allow'])
  removeAccessSubjectOrAudience = DEFAULT_SWITCHES.removeAccessSubjectOrAudience;

  @IsOneOf(['invalid', 'clamp'])
  lifetimeOutOfBounds = DEFAULT_SWITCHES.lifetimeOutOfBounds;

  @IsOneOf(['originalGrant', 'OriginalGrant'])
  originalGrantMember = DEFAULT_SWITCHES.originalGrantMember;

  @IsTrueOrFalse()
  accessJtiNamesRefreshToken = DEFAULT_SWITCHES.accessJtiNamesRefreshToken;

  @IsTrueOrFalse()
  refreshTokenOnRefresh = DEFAULT_SWITCHES.refreshTokenOnRefresh;

  @IsTrueOrFalse()
  timesInHookClaims = DEFAULT_SWITCHES.timesInHookClaims;

  @IsTrueOrFalse()
  narrowCodeFlowScopes = DEFAULT_SWITCHES.narrowCodeFlowScopes;

  @IsTrueOrFalse()
  consentRequiredForTrustedServices = DEFAULT_SWITCHES.consentRequiredForTrustedServices;

  @IsOneOf(['redirect', 'page'])
  promptNoneWithoutSession = DEFAULT_SWITCHES.promptNoneWithoutSession;

  @IsTrueOrFalse()
  sessionOnPasswordGrant = DEFAULT_SWITCHES.sessionOnPasswordGrant;

  @IsTrueOrFalse()
  introspectOthersAccessTokens = DEFAULT_SWITCHES.introspectOthersAccessTokens;

  @IsOneOf(['ignore', 'inactive'])
  wrongTokenTypeHint = DEFAULT_SWITCHES.wrongTokenTypeHint;

  @IsOneOf(['grant', 'refuse'])
  offlineAccessWithoutGrant = DEFAULT_SWITCHES.offlineAccessWithoutGrant;

  @IsOneOf(['drop', 'keep'])
  refusedHookToken = DEFAULT_SWITCHES.refusedHookToken;

  @IsOneOf(['omit', 'include'])
  emptyListClaims = DEFAULT_SWITCHES.emptyListClaims;

  @IsTrueOrFalse()
  allowHttpHooks = DEFAULT_SWITCHES.allowHttpHooks;
}
