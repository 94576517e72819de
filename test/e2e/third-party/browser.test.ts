import { afterEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Document } from 'yaml';
import { CLIENT, USER } from '../../support/calls.js';
import { httpsCall } from '../../support/https-client.js';
import { PKCE } from '../../support/oauth-requests.js';
import { CLIENT_SECRET } from '../../support/test-org.js';
import { startAppPages } from './app-pages.js';
import { findChromium, startChromium } from './chromium.js';
import { certificatesOnDisk, startThirdPartyOrg } from './third-party-org.js';

// A browser: a person signs in on the emulator's pages, and a page of an app uses Okta's own library.

type Fields = Readonly<Record<string, string>>;

interface Tokens {
  readonly accessToken: { readonly accessToken: string };
  readonly idToken: { readonly claims: Readonly<Record<string, unknown>> };
  readonly refreshToken?: { readonly refreshToken: string };
}

const LOGIN = 'dana.rivers@acme.example';
const PASSWORD = 'sample password of dana';
/** However busy the machine is. */
const PATIENCE_MS = 60_000;

const executablePath = findChromium(process.env);
const setting = executablePath === undefined ? undefined : await startEverything(executablePath);
const inBrowser = setting === undefined ? describe.skip : describe;

async function startEverything(path: string) {
  const certificates = await certificatesOnDisk();
  const [browser, app] = await Promise.all([
    startChromium(path, certificates.cert),
    startAppPages(certificates),
  ]);
  const org = await startThirdPartyOrg(certificates, (file) => {
    addPages(file, app.url);
  });
  return { certificates, browser, app, ...org };
}

/** Dana has a password, and the web app and the single-page app have pages on this machine. */
function addPages(file: Document, url: string): void {
  const { users, clients } = file.toJS() as Record<'users' | 'clients', { readonly id: string }[]>;
  const client = (id: string) => ['clients', clients.findIndex((entry) => entry.id === id)];
  file.setIn(['users', users.findIndex(({ id }) => id === USER.dana), 'password'], PASSWORD);
  file.setIn([...client(CLIENT.web), 'redirectUris'], [`${url}/callback`]);
  file.setIn([...client(CLIENT.web), 'postLogoutRedirectUris'], [`${url}/callback`]);
  file.setIn([...client(CLIENT.native), 'applicationType'], 'browser');
  file.setIn([...client(CLIENT.native), 'redirectUris'], [`${url}/spa`]);
  file.setIn([...client(CLIENT.native), 'postLogoutRedirectUris'], [`${url}/callback`]);
  file.addIn(['clients'], {
    ...{ id: '0oa1a2s3AsKiNg4Ap1d7', label: 'Asking app', applicationType: 'web' },
    ...{ secret: 'sample-secret-of-the-asking-app', consentMethod: 'REQUIRED' },
    ...{ redirectUris: [`${url}/callback`], assignments: { groups: ['Everyone'] } },
  });
  file.setIn(['authorizationServers', 0, 'scopes', 1, 'consent'], 'REQUIRED');
}

function needed() {
  if (setting === undefined) throw new Error('there is no browser');
  return setting;
}

let pages: Page[] = [];

afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages = [];
});

/** A page of a browser that has never been anywhere. */
async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await needed().browser.newContext(options)).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  pages.push(page);
  return page;
}

function authorizeUrl(more: Fields = {}): string {
  const query = {
    ...{ client_id: CLIENT.web, response_type: 'code', redirect_uri: `${needed().app.url}/callback` },
    ...{ scope: 'openid email orders:read', state: 'st-1', nonce: 'n-1', tenant: 'blue' },
    ...{ code_challenge: PKCE.challenge, code_challenge_method: 'S256' },
  };
  return `${needed().issuer}/v1/authorize?${new URLSearchParams({ ...query, ...more }).toString()}`;
}

async function signIn(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel('Login name').fill(LOGIN);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** What the app was sent. */
async function receivedBy(page: Page): Promise<Fields> {
  await page.waitForURL(`${needed().app.url}/callback**`);
  return Object.fromEntries(new URLSearchParams((await page.locator('#received').textContent()) ?? ''));
}

/** The access token that a code turns into, and the answer as it is. */
async function redeem(code = '') {
  const { issuer, app, certificates } = needed();
  const form = { grant_type: 'authorization_code', code, code_verifier: PKCE.verifier };
  const basic = Buffer.from(`${CLIENT.web}:${CLIENT_SECRET.web}`).toString('base64');
  const { status, body } = await httpsCall(`${issuer}/v1/token`, {
    headers: [
      ['authorization', `Basic ${basic}`],
      ['content-type', 'application/x-www-form-urlencoded'],
    ],
    body: new URLSearchParams({ ...form, redirect_uri: `${app.url}/callback` }).toString(),
    ca: certificates.ca,
  });
  expect({ status, body }).toMatchObject({ status: 200 });
  const answer = JSON.parse(body) as Fields;
  return { access: decodeJwt(answer['access_token'] ?? ''), idToken: answer['id_token'] ?? '' };
}

inBrowser('a person in a browser', () => {
  it.each([
    ['runs scripts', true],
    ['does not run scripts', false],
  ])(
    'that %s signs in, and the code turns into stamped tokens',
    async (_title, javaScriptEnabled) => {
      const page = await openPage({ javaScriptEnabled });
      await page.goto(authorizeUrl());
      await signIn(page, 'not the password');
      expect(await page.getByRole('alert').textContent()).not.toBe('');
      expect(await page.getByLabel('Login name').inputValue()).toBe(LOGIN);
      await signIn(page);
      const { state, code } = await receivedBy(page);
      expect(state).toBe('st-1');
      expect((await redeem(code)).access).toMatchObject({
        ...{ uid: USER.dana, tenant_id: 'blue', tenant_selection: 'hinted', mintmark: { v: 1 } },
      });
    },
    PATIENCE_MS,
  );

  it.each([
    ['by itself', true],
    ['by a button, without scripts', false],
  ])(
    'comes back by a form, which is sent %s',
    async (_title, javaScriptEnabled) => {
      const page = await openPage({ javaScriptEnabled });
      await page.goto(authorizeUrl({ response_mode: 'form_post' }));
      await signIn(page);
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
      const { state, code } = await receivedBy(page);
      expect(state).toBe('st-1');
      expect((await redeem(code)).access).toMatchObject({ tenant_id: 'blue' });
    },
    PATIENCE_MS,
  );

  it(
    'is not asked twice, until signing out',
    async () => {
      const page = await openPage();
      await page.goto(authorizeUrl());
      await signIn(page);
      const { idToken } = await redeem((await receivedBy(page))['code']);
      await page.goto(authorizeUrl({ state: 'st-2' }));
      expect(await receivedBy(page)).toMatchObject({ state: 'st-2', code: expect.any(String) });

      const query = { id_token_hint: idToken, post_logout_redirect_uri: `${needed().app.url}/callback` };
      const signedOut = new URLSearchParams({ ...query, state: 'st-3' }).toString();
      await page.goto(`${needed().issuer}/v1/logout?${signedOut}`);
      expect(await receivedBy(page)).toEqual({ state: 'st-3' });
      await page.goto(authorizeUrl({ prompt: 'none' }));
      expect(await receivedBy(page)).toMatchObject({ error: 'login_required' });
    },
    PATIENCE_MS,
  );

  it(
    'is asked for consent, and may refuse it',
    async () => {
      const page = await openPage();
      const asking = { client_id: '0oa1a2s3AsKiNg4Ap1d7', scope: 'openid orders:write' };
      await page.goto(authorizeUrl(asking));
      await signIn(page);
      await page.getByRole('button', { name: 'Don’t allow' }).click();
      expect(await receivedBy(page)).toMatchObject({ error: 'access_denied', state: 'st-1' });
      await page.goto(authorizeUrl(asking));
      expect(await page.getByText('Place and change orders').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Allow access' }).click();
      expect(await receivedBy(page)).toMatchObject({ code: expect.any(String) });
    },
    PATIENCE_MS,
  );
});

inBrowser('a page with Okta’s own library in it', () => {
  const tokensOf = 'then(({ tokens }) => { auth.tokenManager.setTokens(tokens); return tokens; })';

  /** A page that has the library, set up for the single-page app. */
  async function openApp(page: Page, scopes: readonly string[]): Promise<void> {
    await page.goto(`${needed().app.url}/spa`);
    await setUp(page, scopes);
  }

  async function setUp(page: Page, scopes: readonly string[]): Promise<void> {
    const { issuer, app } = needed();
    const options = { issuer, clientId: CLIENT.native, redirectUri: `${app.url}/spa`, scopes, pkce: true };
    await page.evaluate(`globalThis.auth = new OktaAuth(${JSON.stringify(options)}); undefined`);
  }

  async function signedInApp(
    scopes: readonly string[],
  ): Promise<{ readonly page: Page; readonly tokens: Tokens }> {
    const page = await openPage();
    await openApp(page, scopes);
    await page.evaluate('void auth.token.getWithRedirect(); undefined');
    await signIn(page);
    await page.waitForURL(`${needed().app.url}/spa?**`);
    await setUp(page, scopes);
    return { page, tokens: await page.evaluate<Tokens>(`auth.token.parseFromUrl().${tokensOf}`) };
  }

  it(
    'gets tokens that are stamped, renews them, and asks who somebody is',
    async () => {
      const { page, tokens } = await signedInApp(['openid', 'profile', 'offline_access']);
      expect(tokens.idToken.claims).toMatchObject({ sub: USER.dana, tenant_id: 'green', mintmark: { v: 1 } });
      const renewed = await page.evaluate<Tokens>('auth.token.renewTokens()');
      expect(renewed.accessToken.accessToken).not.toBe(tokens.accessToken.accessToken);
      expect(renewed.refreshToken?.refreshToken).not.toBe(tokens.refreshToken?.refreshToken);
      expect(await page.evaluate('auth.token.getUserInfo()')).toMatchObject({ sub: USER.dana, staff: 'yes' });
    },
    PATIENCE_MS,
  );

  it(
    'renews them in a frame, where it has no refresh token',
    async () => {
      const { page, tokens } = await signedInApp(['openid', 'profile']);
      expect(tokens).not.toHaveProperty('refreshToken');
      const renewed = await page.evaluate<Tokens>('auth.token.renewTokens()');
      expect(renewed.idToken.claims).toMatchObject({ sub: USER.dana, tenant_id: 'green' });
      expect(renewed.accessToken.accessToken).not.toBe(tokens.accessToken.accessToken);
    },
    PATIENCE_MS,
  );

  it(
    'revokes its tokens and signs out',
    async () => {
      const scopes = ['openid', 'profile'];
      const { page, tokens } = await signedInApp(scopes);
      const [access, identity] = [JSON.stringify(tokens.accessToken), JSON.stringify(tokens.idToken)];
      await page.evaluate(`auth.revokeAccessToken(${access})`);
      await expect(page.evaluate(`auth.token.getUserInfo(${access}, ${identity})`)).rejects.toThrow(
        'The access token is invalid',
      );
      const home = JSON.stringify(`${needed().app.url}/callback`);
      await page.evaluate(`void auth.signOut({ postLogoutRedirectUri: ${home} }); undefined`);
      await page.waitForURL(`${needed().app.url}/callback**`);
      await openApp(page, scopes);
      await expect(page.evaluate('auth.token.getWithoutPrompt()')).rejects.toThrow(
        'The client specified not to prompt, but the user is not logged in.',
      );
    },
    PATIENCE_MS,
  );

  it(
    'of an origin that the org does not know reads nothing',
    async () => {
      const page = await openPage();
      await page.goto(`${needed().app.url.replace('localhost', '127.0.0.1')}/spa`);
      const readKeys = `fetch('${needed().issuer}/v1/keys').then(({ status }) => status)`;
      await expect(page.evaluate(readKeys)).rejects.toThrow('Failed to fetch');
      await page.goto(`${needed().app.url}/spa`);
      expect(await page.evaluate(readKeys)).toBe(200);
    },
    PATIENCE_MS,
  );
});
