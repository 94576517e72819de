import type { ChoiceToRemember } from './decision.js';
import type { Facts } from './facts.js';
import type { HookCall } from './hook-call.js';
import type { IssuerRules } from './issuer-rules.js';
import type { TenantSelection } from './select-tenant.js';

/**
 * The choice that a refresh token has to carry on: a tenant chosen by a query hint, which a refresh call does not
 * resend. It is carried on whatever else names the same tenant later. Choices are only ever appended, so one that is past
 * half of its time is appended anew, and so is one whose refresh token was rotated to another id.
 */
export function choiceToRemember(
  { hint, refresh }: HookCall,
  { remembered }: Facts,
  selection: TenantSelection,
  { rememberChoiceMs }: IssuerRules,
  now: number,
): ChoiceToRemember | null {
  if (selection.outcome !== 'hinted' && selection.outcome !== 'remembered') return null;
  const { tenantId } = selection.coverage;
  const byQuery = hint.kind === 'tenant' && hint.fromQuery;
  const isCarriedOn = refresh.presentedJti !== null && remembered?.tenantId === tenantId;
  if (!byQuery && !isCarriedOn) return null;
  const refreshTokenJti = refresh.issuedJti ?? refresh.presentedJti;
  if (refreshTokenJti === null) return null;
  const isKnown = remembered !== null && refresh.presentedJti === refreshTokenJti;
  if (isKnown && now < remembered.chosenAt + rememberChoiceMs / 2) return null;
  return { tenantId, refreshTokenJti };
}
