import { redirectAnswer, type Answer } from '../endpoints/answer.js';
import { readParameters, type Parameters } from '../endpoints/parameters.js';
import type { User } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { FAILURE_LIMIT, type WaitingRequest } from '../sessions/interaction.js';
import { answerAuthorize } from './answer-authorize.js';
import { askToSignIn } from './ask-to-sign-in.js';
import { withSession, type BrowserCookies } from './browser-cookies.js';
import { asErrorPage, errorPage } from './error-page.js';
import { takeInteraction } from './interactions.js';
import { recipientOf } from './recipient.js';
import { HOME_PATH } from './session-pages.js';
import { whoSignsIn } from './who-signs-in.js';

/** A form that comes back. */
export interface SentForm {
  readonly body: Parameters;
  readonly cookies: BrowserCookies;
}

/** What people read whose page is no longer good. */
export function usedPage(): Answer {
  const what = 'This page was used before, is too old, or was opened in another browser.';
  return errorPage(400, 'invalid_request', `${what} Go back to the app, and start over.`);
}

/** Goes on with a waiting request, as the person who signs in; or asks again. */
export async function answerSignIn(running: RunningOrg, form: SentForm): Promise<Answer> {
  const page = takeInteraction(running, 'sign-in', form);
  if (page === undefined) return usedPage();
  const { waiting, failures } = page;
  const outcome = whoSignsIn(running.org, form.body);
  if (outcome.kind === 'user') return goOn(running, outcome.user, { waiting, cookies: form.cookies });
  recordSignIn(running, outcome.user, `INVALID_CREDENTIALS: ${outcome.why}`);
  if (failures + 1 >= FAILURE_LIMIT)
    return errorPage(400, 'access_denied', 'Too many tries. Go back to the app.');
  return askAgain(running, form, { waiting, problem: outcome.problem, failures: failures + 1 });
}

interface SignInPlace {
  readonly waiting: WaitingRequest | null;
  readonly cookies: BrowserCookies;
}

function goOn(running: RunningOrg, user: User, { waiting, cookies }: SignInPlace): Answer | Promise<Answer> {
  recordSignIn(running, user, null);
  const session = running.sessions.begin(user.id);
  if (waiting === null) {
    return withSession(running, redirectAnswer(`${running.url}${HOME_PATH}`), { session, cookies });
  }
  return answerAuthorize(running, { ...waiting, cookies, picked: { session, isFresh: true }, consent: null });
}

interface Retry {
  readonly waiting: WaitingRequest | null;
  readonly problem: string;
  readonly failures: number;
}

function askAgain(running: RunningOrg, { body, cookies }: SentForm, retry: Retry): Answer {
  const login = body.get('username') ?? '';
  try {
    const parameters = retry.waiting === null ? null : readParameters(retry.waiting.parameters);
    const recipient = parameters === null ? null : recipientOf(running.org, parameters);
    return askToSignIn(running, { cookies, recipient, login, ...retry });
  } catch (error) {
    // The client has gone since.
    return asErrorPage(error);
  }
}

function recordSignIn({ log }: RunningOrg, user: User | null, reason: string | null): void {
  const actor =
    user === null ? null : { id: user.id, type: 'User', alternateId: user.profile.login, displayName: null };
  log.record({
    eventType: 'user.session.start',
    outcome: { result: reason === null ? 'SUCCESS' : 'FAILURE', reason },
    actor,
    target: [],
  });
}
