import type { Issuer } from '../issuers/issuer.js';
import type { WaitingRequest } from '../sessions/interaction.js';
import type { SignedIn } from '../sessions/signed-in.js';
import type { BrowserCookies } from './browser-cookies.js';
import type { Recipient } from './recipient.js';

/** A request at `/authorize`, what the browser brings along, and what the person has answered so far. */
export interface Arrival extends WaitingRequest {
  readonly cookies: BrowserCookies;
  /** Somebody who has just signed in on a page. */
  readonly picked: SignedIn | null;
  /** What the person has just allowed on a page, as names of scopes; null where they have not been asked. */
  readonly consent: readonly string[] | 'denied' | null;
}

/** An arrival whose issuer and client are there. */
export interface Authorizing {
  readonly arrival: Arrival;
  readonly issuer: Issuer;
  readonly recipient: Recipient;
}
