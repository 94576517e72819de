import type { Answer } from '../endpoints/answer.js';
import type { Client, Scope, User } from '../org/org.js';
import { escapeHtml, hiddenField } from './html.js';
import { formTargetsTo, safePageAnswer } from './page-answer.js';

export interface ConsentContent {
  readonly client: Client;
  readonly user: User;
  readonly scopes: readonly Scope[];
  /** Brings the form back to what it is about. */
  readonly token: string;
  readonly redirectUri: string;
}

/** Where its form is sent, below the org's URL. */
export const CONSENT_PATH = '/_consent';

/** A page on which a person allows a client what it asks for, or does not (okta/authorization-server.md section 5). */
export function consentPage({ client, user, scopes, token, redirectUri }: ConsentContent): Answer {
  const content =
    `<p><strong>${escapeHtml(client.label)}</strong> would like to:</p>` +
    `<ul class="scopes">${scopes.map(scopeItem).join('')}</ul>` +
    `<form method="post" action="${CONSENT_PATH}">${hiddenField('token', token)}` +
    `<button name="consent" value="allow" autofocus>Allow access</button>` +
    `<button name="consent" value="deny" class="plain">Don’t allow</button></form>` +
    `<p class="hint">You are signed in as ${escapeHtml(user.profile.login)}.</p>`;
  return safePageAnswer(200, { title: 'Allow access?', content, formTargets: formTargetsTo(redirectUri) });
}

function scopeItem({ displayName, description }: Scope): string {
  const more = description === '' ? '' : `<br><span class="hint">${escapeHtml(description)}</span>`;
  return `<li>${escapeHtml(displayName)}${more}</li>`;
}
