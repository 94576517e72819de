import type { Answer } from '../endpoints/answer.js';
import type { RunningOrg } from '../running-org.js';
import { sessionOf } from '../sessions/signed-in.js';
import { answerAuthorize } from './answer-authorize.js';
import { usedPage, type SentForm } from './answer-sign-in.js';
import { takeInteraction } from './interactions.js';

/**
 * Goes on with a waiting request, as the person allowed it or not; anything but "allow" is no consent. Nobody consents who has signed
 * out meanwhile, or in whose browser somebody else has signed in.
 */
export async function answerConsent(running: RunningOrg, form: SentForm): Promise<Answer> {
  const page = takeInteraction(running, 'consent', form);
  if (page === undefined) return usedPage();
  const { waiting, session, scopes } = page;
  if (sessionOf(running, form.cookies.session)?.userId !== session.userId) return usedPage();
  return answerAuthorize(running, {
    ...waiting,
    cookies: form.cookies,
    picked: { session, isFresh: false },
    consent: form.body.get('consent') === 'allow' ? scopes : 'denied',
  });
}
