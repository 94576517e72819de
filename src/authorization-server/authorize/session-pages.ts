import type { Answer } from '../endpoints/answer.js';
import type { Org, User } from '../org/org.js';
import { escapeHtml } from './html.js';
import { safePageAnswer } from './page-answer.js';

/** Okta's own paths. */
export const LOGIN_PATH = '/login/login.htm';
export const SIGN_OUT_PATH = '/login/signout';
export const HOME_PATH = '/app/UserHome';

/** What somebody sees who signed in to the org itself: there are no apps to show. */
export function homePage({ name }: Org, user: User): Answer {
  const content =
    `<p>You are signed in to <strong>${escapeHtml(name)}</strong> as ${escapeHtml(user.profile.login)}.</p>` +
    `<p><a href="${SIGN_OUT_PATH}">Sign out</a></p>`;
  return safePageAnswer(200, { title: 'Signed in', content });
}
