import type { Answer } from '../endpoints/answer.js';
import { readParameters } from '../endpoints/parameters.js';
import { recordCode, recordRefusal } from '../endpoints/record-grant.js';
import { OAuthError, oauthError } from '../errors/oauth-errors.js';
import { issuingIssuer } from '../issuers/find-issuer.js';
import type { Issuer } from '../issuers/issuer.js';
import type { Client } from '../org/org.js';
import type { RunningOrg } from '../running-org.js';
import { signedIn, type SignedIn } from '../sessions/signed-in.js';
import type { Arrival, Authorizing } from './arrival.js';
import { consentQuestion } from './ask-consent.js';
import { askToSignIn } from './ask-to-sign-in.js';
import { readAuthorizeRequest, responseModeOf, type AuthorizeRequest } from './authorize-request.js';
import { withSession } from './browser-cookies.js';
import { deliver } from './deliver.js';
import { asErrorPage, errorPage } from './error-page.js';
import { accessOf, activeUser, checkScopes, issueCode } from './issue-code.js';
import { recipientOf, type Recipient } from './recipient.js';

/** Answers `/authorize`: with a code or an error for the client, or with a page (okta/authorization-server.md section 4.1). */
export async function answerAuthorize(running: RunningOrg, arrival: Arrival): Promise<Answer> {
  let issuer: Issuer | undefined;
  try {
    issuer = issuingIssuer(running, arrival.serverId);
    const recipient = recipientOf(running.org, readParameters(arrival.parameters));
    return await answerRecipient(running, { arrival, issuer, recipient });
  } catch (error) {
    // Until it is certain where an answer belongs, nothing is redirected.
    if (issuer !== undefined) record(running, error, { arrival, issuer, client: null });
    return asErrorPage(error);
  }
}

/** From here on errors go to the client. */
async function answerRecipient(running: RunningOrg, authorizing: Authorizing): Promise<Answer> {
  const { arrival, recipient } = authorizing;
  const parameters = readParameters(arrival.parameters);
  return delivering(running, authorizing, async () => {
    const asked = readAuthorizeRequest(recipient, parameters);
    checkScopes(running, { issuer: authorizing.issuer, asked });
    const present = whoIsSignedIn(running, arrival, asked);
    if (present === undefined) return askWhoSignsIn(running, authorizing, asked);
    const answer = await delivering(running, authorizing, () =>
      answerPerson(running, authorizing, { asked, present }),
    );
    const { session, isFresh } = present;
    return isFresh ? withSession(running, answer, { session, cookies: arrival.cookies }) : answer;
  });
}

/** Brings what some work refuses to the client. @throws what is no error of OAuth's */
async function delivering(
  running: RunningOrg,
  { arrival, issuer, recipient }: Authorizing,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    record(running, error, { arrival, issuer, client: recipient.client });
    return deliverTo(recipient, arrival, { ...stateOf(arrival), ...error.toBody() });
  }
}

function deliverTo(
  recipient: Recipient,
  { parameters }: Arrival,
  members: Readonly<Record<string, string>>,
): Answer {
  const responseMode = responseModeOf(recipient, readParameters(parameters));
  return deliver({ redirectUri: recipient.redirectUri, responseMode }, members);
}

/** `state` goes with every answer (section 4.1). */
function stateOf({ parameters }: Arrival): Readonly<Record<string, string>> {
  const state = readParameters(parameters).get('state');
  return state === undefined ? {} : { state };
}

interface Person {
  readonly asked: AuthorizeRequest;
  readonly present: SignedIn;
}

/** @throws OAuthError */
async function answerPerson(
  running: RunningOrg,
  authorizing: Authorizing,
  { asked, present: { session } }: Person,
): Promise<Answer> {
  const { arrival, issuer, recipient } = authorizing;
  const user = activeUser(running, session.userId);
  const access = accessOf(running, { issuer, asked, user });
  const granted = { issuer, asked, user, access };
  const question = consentQuestion(running, authorizing, { granted, session });
  if (question !== undefined) return question;
  const { request } = arrival;
  const code = await issueCode(running, { issuer, asked, session, user, request }, access);
  recordCode(running.log, user, { issuer, client: asked.client, request });
  return deliverTo(recipient, arrival, { code, ...stateOf(arrival) });
}

function whoIsSignedIn(
  running: RunningOrg,
  { picked, cookies, parameters }: Arrival,
  { prompt, maxAge }: AuthorizeRequest,
): SignedIn | undefined {
  const sessionToken = readParameters(parameters).get('sessionToken');
  return picked ?? signedIn(running, { sessionToken, cookie: cookies.session, prompt, maxAge });
}

/** @throws OAuthError where the client wants no page */
function askWhoSignsIn(
  running: RunningOrg,
  { arrival, recipient }: Authorizing,
  { prompt, loginHint }: AuthorizeRequest,
): Answer {
  if (prompt.includes('none')) return refuseToAsk(running);
  const { cookies, serverId, parameters, request } = arrival;
  const waiting = { serverId, parameters, request };
  return askToSignIn(running, {
    ...{ cookies, waiting, recipient, login: loginHint },
    problem: null,
    failures: 0,
  });
}

/** @throws OAuthError unless a switch shows a page (section 4.1) */
function refuseToAsk({ org }: RunningOrg): Answer {
  const error = oauthError('login_required');
  if (org.switches.promptNoneWithoutSession === 'redirect') throw error;
  return errorPage(400, error.error, error.description);
}

interface Failed {
  readonly arrival: Arrival;
  readonly issuer: Issuer;
  readonly client: Client | null;
}

function record({ log }: RunningOrg, error: unknown, { arrival, issuer, client }: Failed): void {
  recordRefusal(log, error, {
    ...{ issuer, client, request: arrival.request },
    eventType: 'app.oauth2.as.authorize',
  });
}
