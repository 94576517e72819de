import type { Parameters } from '../endpoints/parameters.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { ProtocolRequest } from '../hook/hook-occasion.js';
import type { Client } from '../org/org.js';
import type { Recipient } from './recipient.js';

/** How an answer reaches the client (okta/authorization-server.md section 4.1). */
export type ResponseMode = 'query' | 'fragment' | 'form_post' | 'okta_post_message';

/** An authorization request that is in order, whoever the user turns out to be. */
export interface AuthorizeRequest extends Recipient {
  readonly responseMode: ResponseMode;
  readonly state: string;
  readonly scope: string | undefined;
  readonly nonce: string | null;
  /** PKCE, S256. */
  readonly challenge: string | null;
  readonly prompt: readonly string[];
  /** Seconds; null where any sign-in will do. */
  readonly maxAge: number | null;
  /** What a page begins with as the login name. */
  readonly loginHint: string;
}

const RESPONSE_MODES: readonly ResponseMode[] = ['query', 'fragment', 'form_post', 'okta_post_message'];
/** Its two words may come in either order. */
const PROMPTS: ReadonlySet<string> = new Set(['none', 'login', 'consent', 'login consent']);
const REVERSED = 'consent login';

/** The largest `max_age`. */
const MAX_AGE_LIMIT = 2 ** 31 - 1;

/** The mode in which even the refusal of a request is answered: a mode that does not exist counts as the default. */
export function responseModeOf(recipient: Recipient, parameters: Parameters): ResponseMode {
  const known = RESPONSE_MODES.find((mode) => mode === parameters.get('response_mode')) ?? 'query';
  return known === 'okta_post_message' && !mayPostMessage(recipient, parameters) ? 'query' : known;
}

/**
 * Okta refuses a code by message (section 4.1), and yet its own library renews tokens and opens windows in that way with PKCE: so a
 * challenge makes the difference. The page that is told needs an origin.
 */
function mayPostMessage({ redirectUri }: Recipient, parameters: Parameters): boolean {
  return parameters.get('code_challenge') !== undefined && new URL(redirectUri).origin !== 'null';
}

/** Checks a request, one rule after the other. @throws OAuthError, which goes to the client by redirect (section 4.1) */
export function readAuthorizeRequest(recipient: Recipient, parameters: Parameters): AuthorizeRequest {
  const state = parameters.get('state');
  if (state === undefined) throw oauthError('invalid_state');
  checkResponse(recipient, parameters);
  checkRequestObject(parameters);
  return {
    ...recipient,
    responseMode: responseModeOf(recipient, parameters),
    state,
    scope: parameters.get('scope'),
    nonce: parameters.get('nonce') ?? null,
    challenge: challengeOf(recipient.client, parameters),
    ...freshnessOf(parameters),
    loginHint: parameters.get('login_hint') ?? '',
  };
}

function freshnessOf(parameters: Parameters): Pick<AuthorizeRequest, 'prompt' | 'maxAge'> {
  const [prompt, maxAge] = [promptOf(parameters), maxAgeOf(parameters)];
  if (maxAge === 0 && prompt.includes('none')) throw oauthError('invalid_prompt_for_zero_max_age');
  return { prompt, maxAge };
}

function checkResponse(recipient: Recipient, parameters: Parameters): void {
  const { client } = recipient;
  const type = parameters.get('response_type');
  if (type === undefined) throw oauthError('missing_token_request_parameter', 'response_type');
  if (type !== 'code' || !client.responseTypes.includes(type)) {
    throw oauthError('unsupported_response_type', 'code');
  }
  if (!client.grantTypes.includes('authorization_code')) {
    throw oauthError('unauthorized_client', client.grantTypes.join(', '));
  }
  const mode = parameters.get('response_mode') ?? 'query';
  if (mode === responseModeOf(recipient, parameters)) return;
  if (mode === 'okta_post_message') throw oauthError('unsupported_response_mode_okta_post_message_with_code');
  throw oauthError('unsupported_response_mode');
}

/** What this emulator does not serve it refuses, rather than ignore it. */
function checkRequestObject(parameters: Parameters): void {
  if (parameters.get('request') !== undefined) throw oauthError('request_not_supported');
  if (parameters.get('request_uri') !== undefined) throw oauthError('request_uri_not_supported');
}

function challengeOf(client: Client, parameters: Parameters): string | null {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined) {
    const isRequired = client.pkceRequired || client.authenticationMethod === 'none';
    if (isRequired || method !== undefined) throw oauthError('pkce_missing_challenge');
    return null;
  }
  // Without a method RFC 7636 means "plain", which Okta does not take.
  if (method !== 'S256') throw oauthError('pkce_unsupported_code_challenge_method', 'S256');
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) throw oauthError('pkce_invalid_challenge');
  return challenge;
}

function promptOf(parameters: Parameters): readonly string[] {
  const prompt = parameters.get('prompt');
  if (prompt === undefined) return [];
  if (!PROMPTS.has(prompt) && prompt !== REVERSED)
    throw oauthError('invalid_prompt', [...PROMPTS].join(', '));
  return prompt.split(' ');
}

function maxAgeOf(parameters: Parameters): number | null {
  const text = parameters.get('max_age');
  if (text === undefined) return null;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= MAX_AGE_LIMIT)) throw oauthError('invalid_max_age');
  return seconds;
}

/** The request as a hook is shown it: effective values, defaults among them (okta/token-inline-hook.md section 1.4). */
export function protocolRequestOf(request: AuthorizeRequest): ProtocolRequest {
  const { client, redirectUri, responseMode, state, scope } = request;
  return {
    ...(scope === undefined ? {} : { scope }),
    state,
    redirect_uri: redirectUri,
    response_mode: responseMode,
    response_type: 'code',
    client_id: client.id,
  };
}
