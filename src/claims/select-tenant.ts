import type { ClientBinding, Facts, Membership } from './facts.js';
import type { HookCall } from './hook-call.js';
import type { TenantHint } from './tenant-hint.js';
import { isOpenThrough, type Stretch } from './time-window.js';

/** How the tenant of a token was found. */
export type BoundOutcome = 'bound' | 'hinted' | 'remembered' | 'only' | 'default';

/** Why the token has no tenant. */
export type UnboundOutcome = 'ambiguous' | 'none' | 'refused';

export type SelectionOutcome = BoundOutcome | UnboundOutcome;

/** What covers a tenant for this call: the user's membership, the client's binding, or both for a narrowed user call. */
export interface Coverage {
  readonly tenantId: string;
  readonly membership: Membership | null;
  readonly binding: ClientBinding | null;
}

export type TenantSelection =
  | { readonly outcome: BoundOutcome; readonly coverage: Coverage; readonly why: string }
  | { readonly outcome: UnboundOutcome; readonly why: string };

/**
 * Chooses the one active tenant of a token, as the design's "Tenant selection" says. A user call needs an active
 * membership, always; the client can only narrow. Whatever is not open through the whole stretch counts as not there.
 */
export function selectTenant(call: HookCall, facts: Facts, stretch: Stretch): TenantSelection {
  const bindings = openBindings(facts, stretch);
  switch (call.subject.kind) {
    case 'user':
      return selectForUser(call, facts, { memberships: openMemberships(facts, stretch), bindings });
    case 'machine':
      return selectForMachine(call.hint, facts, bindings);
    case 'conflict':
      return unbound('none', 'the payload names two different parties');
  }
}

interface Covers {
  readonly memberships: readonly Membership[];
  readonly bindings: readonly ClientBinding[];
}

function selectForUser(call: HookCall, facts: Facts, covers: Covers): TenantSelection {
  const mode = facts.client?.tenantMode ?? 'any';
  if (mode === 'fixed') return fixedForUser(covers);
  const choices = covers.memberships.flatMap((membership) => narrowed(membership, mode, covers.bindings));
  return (
    hintedChoice(call, facts, choices) ??
    rememberedChoice(call, facts, choices) ??
    onlyChoice(choices, 'membership') ??
    defaultChoice(choices) ??
    withoutChoice(choices, 'membership')
  );
}

function fixedForUser({ memberships, bindings }: Covers): TenantSelection {
  const [binding, ...others] = bindings;
  if (binding === undefined) return unbound('refused', 'the client is fixed to a tenant that is not active');
  if (others.length > 0) return unbound('refused', 'the client is fixed, and bound to several tenants');
  const membership = memberships.find(({ tenantId }) => tenantId === binding.tenantId);
  if (membership === undefined) return unbound('refused', 'the user is not a member of the client’s tenant');
  return bound(
    'bound',
    { tenantId: binding.tenantId, membership, binding },
    'the client is fixed to this tenant',
  );
}

/** A `choose` client lets a user choose among the tenants it is bound to; other clients do not narrow. */
function narrowed(
  membership: Membership,
  mode: 'choose' | 'any',
  bindings: readonly ClientBinding[],
): readonly Coverage[] {
  const { tenantId } = membership;
  if (mode === 'any') return [{ tenantId, membership, binding: null }];
  const binding = bindings.find((candidate) => candidate.tenantId === tenantId);
  return binding === undefined ? [] : [{ tenantId, membership, binding }];
}

function hintedChoice(
  { hint, refresh }: HookCall,
  { remembered }: Facts,
  choices: readonly Coverage[],
): TenantSelection | undefined {
  if (hint.kind === 'none') return undefined;
  if (hint.kind === 'refused') return unbound('refused', hint.why);
  if (refresh.presentedJti !== null && remembered !== null && remembered.tenantId !== hint.tenantId) {
    return unbound('refused', 'the hint contradicts the tenant chosen for this refresh token');
  }
  const choice = choices.find(({ tenantId }) => tenantId === hint.tenantId);
  if (choice === undefined) return unbound('refused', 'the hinted tenant is not among the choices');
  return bound('hinted', choice, 'the request names this tenant');
}

/** Design, "Refresh": revalidated on every refresh; no longer covered means `refused`, never some other tenant. */
function rememberedChoice(
  { refresh }: HookCall,
  { remembered }: Facts,
  choices: readonly Coverage[],
): TenantSelection | undefined {
  if (refresh.presentedJti === null || remembered === null) return undefined;
  const choice = choices.find(({ tenantId }) => tenantId === remembered.tenantId);
  if (choice === undefined)
    return unbound('refused', 'the tenant chosen for this refresh token is no longer covered');
  return bound('remembered', choice, 'this tenant was chosen when the refresh token was issued');
}

function onlyChoice(choices: readonly Coverage[], noun: string): TenantSelection | undefined {
  const [choice, ...others] = choices;
  return choice !== undefined && others.length === 0
    ? bound('only', choice, `the only ${noun} left`)
    : undefined;
}

function defaultChoice(choices: readonly Coverage[]): TenantSelection | undefined {
  const choice = choices.find(({ membership }) => membership?.isDefault === true);
  return choice === undefined ? undefined : bound('default', choice, 'the user’s default membership');
}

function withoutChoice(choices: readonly Coverage[], noun: string): TenantSelection {
  return choices.length === 0
    ? unbound('none', `no active ${noun}`)
    : unbound('ambiguous', `several ${noun}s, and nothing chooses among them`);
}

function selectForMachine(
  hint: TenantHint,
  facts: Facts,
  bindings: readonly ClientBinding[],
): TenantSelection {
  const choices = bindings.map((binding) => ({ tenantId: binding.tenantId, membership: null, binding }));
  switch (facts.client?.tenantMode ?? 'choose') {
    case 'fixed':
      return fixedForMachine(choices);
    case 'choose':
      return (
        hintedBinding(hint, choices) ?? onlyChoice(choices, 'binding') ?? withoutChoice(choices, 'binding')
      );
    case 'any':
      return hintedTenant(hint, facts, choices);
  }
}

function fixedForMachine(choices: readonly Coverage[]): TenantSelection {
  const [choice, ...others] = choices;
  if (choice === undefined || others.length > 0) return withoutChoice(choices, 'binding');
  return bound('bound', choice, 'the client is fixed to this tenant');
}

function hintedBinding(hint: TenantHint, choices: readonly Coverage[]): TenantSelection | undefined {
  if (hint.kind === 'none') return undefined;
  if (hint.kind === 'refused') return unbound('refused', hint.why);
  const choice = choices.find(({ tenantId }) => tenantId === hint.tenantId);
  if (choice === undefined) return unbound('refused', 'the client is not bound to the hinted tenant');
  return bound('hinted', choice, 'the request names this tenant');
}

function hintedTenant(hint: TenantHint, facts: Facts, choices: readonly Coverage[]): TenantSelection {
  if (hint.kind === 'none')
    return unbound('ambiguous', 'the client may act for any tenant, and none is named');
  if (hint.kind === 'refused') return unbound('refused', hint.why);
  const { tenantId } = hint;
  if (!isActive(facts, tenantId)) return unbound('refused', 'the hinted tenant is unknown or not active');
  const choice = choices.find((candidate) => candidate.tenantId === tenantId);
  return bound(
    'hinted',
    choice ?? { tenantId, membership: null, binding: null },
    'the request names this tenant',
  );
}

function openMemberships(facts: Facts, stretch: Stretch): readonly Membership[] {
  if (facts.user?.status !== 'active') return [];
  return facts.user.memberships.filter(
    (m) => isOpenThrough(m.window, stretch) && isActive(facts, m.tenantId),
  );
}

function openBindings(facts: Facts, stretch: Stretch): readonly ClientBinding[] {
  const bindings = facts.client?.bindings ?? [];
  return bindings.filter((b) => isOpenThrough(b.window, stretch) && isActive(facts, b.tenantId));
}

function isActive({ tenants }: Facts, tenantId: string): boolean {
  return tenants.get(tenantId)?.status === 'active';
}

function bound(outcome: BoundOutcome, coverage: Coverage, why: string): TenantSelection {
  return { outcome, coverage, why };
}

function unbound(outcome: UnboundOutcome, why: string): TenantSelection {
  return { outcome, why };
}
