import type { Answer } from '../endpoints/answer.js';
import type { Parameters } from '../endpoints/parameters.js';
import { isSameSecret } from '../client-authentication/same-secret.js';
import { opaqueText } from '../identifiers.js';
import type { RunningOrg } from '../running-org.js';
import {
  INTERACTION_LIFETIME_MS,
  type ConsentInteraction,
  type Interaction,
  type SignInInteraction,
} from '../sessions/interaction.js';
import { withBrowserCookie, type BrowserCookies } from './browser-cookies.js';

/**
 * Shows a page whose form comes back once, from the browser that it was shown in.
 *
 * @param show makes the page; its form sends the token along
 */
export function askOnPage(
  running: RunningOrg,
  { browser = opaqueText(running.random) }: BrowserCookies,
  {
    about,
    show,
  }: { readonly about: SignInInteraction | ConsentInteraction; readonly show: (token: string) => Answer },
): Answer {
  const expiresAt = running.clock.now() + INTERACTION_LIFETIME_MS;
  const token = running.interactions.put({ ...about, browser }, expiresAt);
  return withBrowserCookie(running, show(token), browser);
}

/** @returns what a form is about; undefined where it was used before, is too old, or comes from another browser */
export function takeInteraction<Kind extends Interaction['kind']>(
  running: RunningOrg,
  kind: Kind,
  { body, cookies }: { readonly body: Parameters; readonly cookies: BrowserCookies },
): (Interaction & { readonly kind: Kind }) | undefined {
  const token = body.get('token') ?? '';
  const now = running.clock.now();
  const waiting = running.interactions.find(token, now);
  if (!isOfKind(waiting, kind) || !isSameSecret(cookies.browser ?? '', waiting.browser)) return undefined;
  running.interactions.take(token, now);
  return waiting;
}

function isOfKind<Kind extends Interaction['kind']>(
  interaction: Interaction | undefined,
  kind: Kind,
): interaction is Interaction & { readonly kind: Kind } {
  return interaction?.kind === kind;
}
