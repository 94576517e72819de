import { LIFETIME_SECONDS } from '../okta/limits.js';
import { TOKEN_NAMES, type TokenName } from '../okta/token-hook-response.js';
import type { Facts, TimeWindow } from './facts.js';
import { draftLifetimeMs } from './future-claims.js';
import type { Draft, HookCall } from './hook-call.js';
import type { IssuerRules } from './issuer-rules.js';
import { issueDelay } from './time-window.js';

/**
 * What a decision and its response take from a call, besides who its user is: calls of one shape for one subject are answered
 * alike, as long as facts and rules are the same ones and time makes no difference. It holds no claim value: which of our names a
 * draft carries is all that counts. Many subjects share a shape.
 */
export interface CallShape extends Omit<HookCall, 'subject' | 'refresh' | 'drafts'> {
  readonly subjectKind: HookCall['subject']['kind'];
  readonly presentedJti: string | null;
  /** Only whether there is one: a decision that wants its id remembered is not one to keep. */
  readonly issuesRefreshToken: boolean;
  readonly drafts: Readonly<Partial<Record<TokenName, DraftShape>>>;
}

interface DraftShape {
  readonly lifetimeSeconds: number | undefined;
  /** Claims of the draft whose names are ours. */
  readonly ownedClaims: readonly string[];
}

/** The shape of a call under the rules of its issuer. */
export function shapeOf({ subject, refresh, drafts, ...call }: HookCall, rules: IssuerRules): CallShape {
  return {
    ...call,
    subjectKind: subject.kind,
    presentedJti: refresh.presentedJti,
    issuesRefreshToken: refresh.issuedJti !== null,
    drafts: Object.fromEntries(
      TOKEN_NAMES.flatMap((name) => {
        const draft = drafts[name];
        return draft === undefined ? [] : [[name, draftShape(draft, rules)] as const];
      }),
    ),
  };
}

/** Whether a call has a shape that was taken under the same rules: told without taking its own. Two parties have none. */
export function hasShape(call: HookCall, shape: CallShape, rules: IssuerRules): boolean {
  return (
    call.subject.kind === shape.subjectKind &&
    call.subject.kind !== 'conflict' &&
    call.clientId === shape.clientId &&
    call.grantType === shape.grantType &&
    call.atAuthorize === shape.atAuthorize &&
    call.refresh.presentedJti === shape.presentedJti &&
    (call.refresh.issuedJti !== null) === shape.issuesRefreshToken &&
    isSameHint(call.hint, shape.hint) &&
    isSameList(call.scopes, shape.scopes) &&
    hasDraftShape(call.drafts.access, shape.drafts.access, rules) &&
    hasDraftShape(call.drafts.identity, shape.drafts.identity, rules)
  );
}

/**
 * Until when, in milliseconds since the epoch and exclusive, a call of the same shape is decided alike. That is so while no
 * window of the facts opens or closes before the longest-lived token of such a call has ended. Null where one does already:
 * then the decision depends on the very instant, for example by a capped lifetime.
 */
export function steadyUntil(call: HookCall, facts: Facts, now: number): number | null {
  // A remembered choice is stored anew when half of its time is over.
  if (facts.remembered !== null) return null;
  const lifetimes = TOKEN_NAMES.map((name) => call.drafts[name]).map((draft) =>
    draft === undefined ? 0 : draftLifetimeMs(draft),
  );
  const reach = issueDelay(call.atAuthorize) + Math.max(LIFETIME_SECONDS.min * 1000, ...lifetimes);
  const until = nextBoundary(windowsOf(facts), now) - reach;
  return until > now ? until : null;
}

/** The first instant after `now` at which a window opens or closes; infinity where none does. */
function nextBoundary(windows: Iterable<TimeWindow>, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { from, until } of windows) {
    if (from !== null && from > now && from < next) next = from;
    if (until !== null && until > now && until < next) next = until;
  }
  return next;
}

function* windowsOf({ user, client, tenants }: Facts): Generator<TimeWindow> {
  for (const { window } of user?.memberships ?? []) yield window;
  for (const { window } of user?.grants ?? []) yield window;
  for (const { window } of client?.bindings ?? []) yield window;
  for (const { subscriptions, grants } of tenants.values()) {
    for (const { window } of subscriptions) yield window;
    for (const { window } of grants) yield window;
  }
}

function draftShape({ claims, lifetimeSeconds }: Draft, { ownedClaims }: IssuerRules): DraftShape {
  return { lifetimeSeconds, ownedClaims: [...ownedClaims].filter((claim) => Object.hasOwn(claims, claim)) };
}

function hasDraftShape(
  draft: Draft | undefined,
  shape: DraftShape | undefined,
  { ownedClaims }: IssuerRules,
): boolean {
  if (draft === undefined || shape === undefined) return draft === shape;
  if (draft.lifetimeSeconds !== shape.lifetimeSeconds) return false;
  let found = 0;
  for (const claim of ownedClaims) {
    if (!Object.hasOwn(draft.claims, claim)) continue;
    if (shape.ownedClaims[found] !== claim) return false;
    found += 1;
  }
  return found === shape.ownedClaims.length;
}

function isSameHint(one: HookCall['hint'], other: HookCall['hint']): boolean {
  if (one.kind === 'tenant' && other.kind === 'tenant')
    return one.tenantId === other.tenantId && one.fromQuery === other.fromQuery;
  if (one.kind === 'refused' && other.kind === 'refused') return one.why === other.why;
  return one.kind === other.kind;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((element, index) => element === other[index]);
}
