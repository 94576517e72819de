import type { Answer } from '../endpoints/answer.js';
import type { RunningOrg } from '../running-org.js';
import type { WaitingRequest } from '../sessions/interaction.js';
import type { BrowserCookies } from './browser-cookies.js';
import { askOnPage } from './interactions.js';
import { formTargetsTo } from './page-answer.js';
import type { Recipient } from './recipient.js';
import { signInPage } from './sign-in-page.js';

export interface SignInQuestion {
  readonly cookies: BrowserCookies;
  /** Null where somebody signs in to the org itself. */
  readonly waiting: WaitingRequest | null;
  /** Who waits; null for the org itself. */
  readonly recipient: Recipient | null;
  readonly login: string;
  /** What went wrong with the last try; null at the first. */
  readonly problem: string | null;
  readonly failures: number;
}

/** The longest login name that a page is filled with. */
const LOGIN_LIMIT = 255;

/** Shows the page on which a person signs in. */
export function askToSignIn(running: RunningOrg, question: SignInQuestion): Answer {
  const { cookies, waiting, recipient, login, problem, failures } = question;
  const { org } = running;
  return askOnPage(running, cookies, {
    about: { kind: 'sign-in', waiting, failures },
    show: (token) =>
      signInPage({
        audience: recipient?.client.label ?? org.name,
        users: [...org.users.values()],
        ...{ token, problem, login: login.length > LOGIN_LIMIT ? '' : login },
        formTargets: recipient === null ? ["'self'"] : formTargetsTo(recipient.redirectUri),
      }),
  });
}
