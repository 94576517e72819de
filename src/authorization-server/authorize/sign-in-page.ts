import type { Answer } from '../endpoints/answer.js';
import type { User } from '../org/org.js';
import { escapeHtml, hiddenField } from './html.js';
import { safePageAnswer } from './page-answer.js';

export interface SignInContent {
  /** Whom it is for: a client's label, or the org's name. */
  readonly audience: string;
  readonly users: readonly User[];
  /** Brings the form back to what it is about. */
  readonly token: string;
  /** The login name that is there already. */
  readonly login: string;
  /** What went wrong with the last try; null at the first. */
  readonly problem: string | null;
  readonly formTargets: readonly string[];
}

/** Where its form is sent, below the org's URL. */
export const SIGN_IN_PATH = '/_signin';

/** More people than anybody wants to look through. */
const LISTED_USERS = 200;

/** A page to sign in on, by login name and password; where nobody has a password, by choosing somebody. It works without scripts. */
export function signInPage(content: SignInContent): Answer {
  const { audience, users, token, problem, formTargets } = content;
  const active = users.filter(({ status }) => status === 'ACTIVE');
  const hasPasswords = users.some(({ passwordDigest }) => passwordDigest !== null);
  const isList = !hasPasswords && active.length > 0 && active.length <= LISTED_USERS;
  const fields = isList ? peopleToChoose(active, content) : fieldsToFill(content, hasPasswords);
  const alert =
    problem === null ? '' : `<p class="alert" id="problem" role="alert">${escapeHtml(problem)}</p>`;
  return safePageAnswer(problem === null ? 200 : 401, {
    title: isList ? 'Who signs in?' : 'Sign in',
    content:
      `<p>to continue to <strong>${escapeHtml(audience)}</strong></p>${alert}` +
      `<form method="post" action="${SIGN_IN_PATH}">${hiddenField('token', token)}${fields}</form>`,
    formTargets,
  });
}

/** Whoever the client expects comes first, and is one key away. */
function peopleToChoose(active: readonly User[], { login }: SignInContent): string {
  const isExpected = ({ profile }: User): boolean =>
    profile.login.toLowerCase() === login.trim().toLowerCase();
  const people = [...active.filter(isExpected), ...active.filter((user) => !isExpected(user))];
  return `<ul class="people">${people.map((user, index) => `<li>${userButton(user, index === 0)}</li>`).join('')}</ul>`;
}

function userButton({ id, profile }: User, isFirst: boolean): string {
  const { login } = profile;
  const focus = isFirst ? ' autofocus' : '';
  return (
    `<button class="plain" name="user" value="${escapeHtml(id)}"${focus}>${escapeHtml(nameOf(profile))}` +
    `<small>${escapeHtml(login)}</small></button>`
  );
}

function nameOf({ login, displayName, firstName, lastName }: User['profile']): string {
  const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '');
  if (typeof displayName === 'string' && displayName !== '') return displayName;
  return parts.length === 0 ? login : parts.join(' ');
}

/** The field that is to be filled next has the focus. */
function fieldsToFill({ login, problem }: SignInContent, hasPasswords: boolean): string {
  const told = problem === null ? '' : ' aria-invalid="true" aria-describedby="problem"';
  const [ofLogin, ofPassword] = login === '' || !hasPasswords ? [' autofocus', ''] : ['', ' autofocus'];
  const loginField =
    `<label for="username">Login name</label><input id="username" name="username" type="text" required maxlength="255" ` +
    `autocomplete="username" autocapitalize="none" spellcheck="false" value="${escapeHtml(login)}"${ofLogin}${told}>`;
  const passwordField =
    `<label for="password">Password</label><input id="password" name="password" type="password" maxlength="255" ` +
    `autocomplete="current-password" aria-describedby="no-password"${ofPassword}>` +
    `<p class="hint" id="no-password">Leave it empty for somebody without a password in the file of the org.</p>`;
  return `${loginField}${hasPasswords ? passwordField : ''}<button>Sign in</button>`;
}
