import { createHash } from 'node:crypto';
import { pageAnswer, type Answer } from '../endpoints/answer.js';
import type { Client, User } from '../org/org.js';
import { escapeHtml, page } from './html.js';

/** A page for what cannot be told to a client: it shows the code of the error (okta/authorization-server.md section 4.1). */
export function errorPage(status: number, error: string, description: string): Answer {
  const content = `<p><code>${escapeHtml(error)}</code></p><p>${escapeHtml(description)}</p>`;
  return pageAnswer(status, page('Your request resulted in an error', content));
}

export interface PickerContent {
  readonly client: Client;
  readonly users: readonly User[];
  /** Where the choice is sent. */
  readonly action: string;
  /** Names of scopes that are asked for; picking somebody consents to them. */
  readonly scope: string | undefined;
}

/** More people than anybody wants to look through. */
const LISTED_USERS = 200;

/** A plain page on which to pick who signs in: there are no passwords here. */
export function pickerPage({ client, users, action, scope }: PickerContent): Answer {
  const asks = `<p><b>${escapeHtml(client.label)}</b> asks for <code>${escapeHtml(scope ?? 'its default scopes')}</code></p>`;
  const active = users.filter(({ status }) => status === 'ACTIVE').slice(0, LISTED_USERS);
  const form = `<form method="post" action="${escapeHtml(action)}">${active.map(userButton).join('')}</form>`;
  return pageAnswer(200, page('Who signs in?', asks + form));
}

function userButton({ id, profile }: User): string {
  return `<button name="user" value="${escapeHtml(id)}">${escapeHtml(profile.login)} <small>${escapeHtml(id)}</small></button>`;
}

const SUBMIT = 'document.forms[0].submit()';
const SUBMIT_SOURCE = `'sha256-${createHash('sha256').update(SUBMIT).digest('base64')}'`;

/** `form_post`: a page that posts the answer to the client by itself. */
export function formPostPage(redirectUri: string, members: Readonly<Record<string, string>>): Answer {
  const inputs = Object.entries(members).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const form =
    `<form method="post" action="${escapeHtml(redirectUri)}">${inputs.join('')}` +
    `<noscript><button>Continue</button></noscript></form><script>${SUBMIT}</script>`;
  return pageAnswer(200, page('Signing in', form), SUBMIT_SOURCE);
}
