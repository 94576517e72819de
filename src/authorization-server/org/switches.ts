import type { Switches } from './org.js';

/** What the references suggest; the section of each is with its type. */
export const DEFAULT_SWITCHES: Switches = Object.freeze({
  otherSuccessStatus: 'ignore',
  otherContentType: 'process',
  unknownResponseMembers: 'ignore',
  nullValues: 'invalid',
  chainedOperations: 'allow',
  removeAccessSubjectOrAudience: 'refuse',
  lifetimeOutOfBounds: 'invalid',
  originalGrantMember: 'originalGrant',
  accessJtiNamesRefreshToken: true,
  refreshTokenOnRefresh: true,
  timesInHookClaims: false,
  narrowCodeFlowScopes: false,
  consentRequiredForTrustedServices: true,
  promptNoneWithoutSession: 'redirect',
  sessionOnPasswordGrant: false,
  introspectOthersAccessTokens: true,
  wrongTokenTypeHint: 'ignore',
  offlineAccessWithoutGrant: 'grant',
  refusedHookToken: 'drop',
  emptyListClaims: 'omit',
  allowHttpHooks: false,
});
