import type { Answer } from '../endpoints/answer.js';
import type { Parameters } from '../endpoints/parameters.js';
import type { RunningOrg } from '../running-org.js';
import { answerAuthorize } from './answer-authorize.js';
import { errorPage } from './pages.js';

/** Goes on with a waiting request, as the person who was picked; the page can be used once. */
export async function answerSignIn(
  running: RunningOrg,
  interactionId: string,
  body: Parameters,
): Promise<Answer> {
  const waiting = running.interactions.take(interactionId, running.clock.now());
  const user = running.org.users.get(body.get('user') ?? '');
  if (waiting === undefined || user === undefined) {
    return errorPage(400, 'invalid_request', 'The page was used before, or is too old. Go back to the app.');
  }
  const session = running.sessions.begin(user.id);
  running.log.record({
    eventType: 'user.session.start',
    outcome: { result: 'SUCCESS', reason: null },
    actor: { id: user.id, type: 'User', alternateId: user.profile.login, displayName: null },
    target: [],
  });
  return answerAuthorize(running, { ...waiting, cookie: undefined, picked: { session, isFresh: true } });
}
