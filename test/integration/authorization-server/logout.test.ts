import { describe, expect, it } from '@jest/globals';
import { startBrowser, type EmulatedBrowser } from '../../support/emulated-browser.js';
import { startEmulatedOrg } from '../../support/emulated-org.js';
import { asPage, basic, postForm, type Page } from '../../support/emulator-requests.js';
import { PASSWORDS, peopleOrg, WEB_SECRET } from '../../support/people-org.js';

const server = await startEmulatedOrg({ org: peopleOrg() });
const issuer = server.issuer('default');
const CALLBACK = 'https://app.people.example/callback';
const BYE = 'https://app.people.example/bye';
const LOGIN_PAGE = `${server.url}/login/login.htm`;
const WEB = basic('0oaWeb', WEB_SECRET);

type Fields = Readonly<Record<string, string>>;

interface Person {
  readonly browser: EmulatedBrowser;
  readonly idToken: string;
  readonly refreshToken: string;
}

function authorize(browser: EmulatedBrowser, changes: Fields = {}): Promise<Page> {
  const asked = { client_id: '0oaWeb', response_type: 'code', redirect_uri: CALLBACK, state: 's' };
  const query = new URLSearchParams({ ...asked, scope: 'openid offline_access', ...changes });
  return browser.open(`${issuer}/v1/authorize?${query.toString()}`);
}

async function signIn(
  form: Fields = { username: 'dana@people.example', password: PASSWORDS.dana },
): Promise<Person> {
  const browser = startBrowser(server.url);
  const { redirect } = await browser.submit(await authorize(browser), form);
  const code = redirect?.['code'] ?? '';
  const redeem = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
  const { body } = await postForm(`${issuer}/v1/token`, redeem, WEB);
  return { browser, idToken: String(body['id_token']), refreshToken: String(body['refresh_token']) };
}

function logout(browser: EmulatedBrowser, query: Fields, at = issuer): Promise<Page> {
  return browser.open(`${at}/v1/logout?${new URLSearchParams(query).toString()}`);
}

/** Whether the browser's person has a session: a client that wants no page gets a code. */
async function isSignedIn(browser: EmulatedBrowser): Promise<boolean> {
  const { redirect } = await authorize(browser, { prompt: 'none' });
  return redirect?.['code'] !== undefined;
}

describe('signing out', () => {
  it('ends the session of the browser, forgets its cookie, and goes where the client wants', async () => {
    const { browser, idToken } = await signIn();
    const cookie = browser.cookies.get('sid') ?? '';
    expect(await isSignedIn(browser)).toBe(true);
    const { status, location } = await logout(browser, {
      ...{ id_token_hint: idToken, post_logout_redirect_uri: BYE, state: 'a b' },
    });
    expect([status, location]).toEqual([302, `${BYE}?state=a+b`]);
    expect(browser.cookies.has('sid')).toBe(false);
    const thief = await asPage(
      await fetch(
        `${issuer}/v1/authorize?client_id=0oaWeb&response_type=code&state=s&scope=openid&prompt=none&redirect_uri=${CALLBACK}`,
        {
          ...{ redirect: 'manual', headers: { cookie: `sid=${cookie}` } },
        },
      ),
    );
    expect(thief.redirect).toMatchObject({ error: 'login_required' });
    expect(server.events().some(({ eventType }) => eventType === 'user.session.end')).toBe(true);
  });

  it.each([
    ['without a state', { post_logout_redirect_uri: BYE }, BYE],
    ['behind a query', { post_logout_redirect_uri: `${BYE}?x=1`, state: 's' }, `${BYE}?x=1&state=s`],
    ['to the sign-in page', {}, LOGIN_PAGE],
  ])('goes %s', async (_how, query: Fields, expected) => {
    const { browser, idToken } = await signIn();
    expect((await logout(browser, { id_token_hint: idToken, ...query })).location).toBe(expected);
  });

  it('may be asked for by a form', async () => {
    const { idToken } = await signIn();
    const body = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: BYE });
    const page = await asPage(
      await fetch(`${issuer}/v1/logout`, { method: 'POST', body, redirect: 'manual' }),
    );
    expect(page.location).toBe(BYE);
  });

  it('does so with an ID token that has expired, and where the session is over already', async () => {
    const { browser, idToken } = await signIn();
    server.clock.advance(3 * 3_600_000);
    expect((await logout(browser, { id_token_hint: idToken, post_logout_redirect_uri: BYE })).location).toBe(
      BYE,
    );
  });

  it('leaves the session of somebody else, and every token', async () => {
    const { idToken, refreshToken } = await signIn();
    const eli = await signIn({ username: 'eli@people.example' });
    expect((await logout(eli.browser, { id_token_hint: idToken })).location).toBe(LOGIN_PAGE);
    expect(await isSignedIn(eli.browser)).toBe(true);
    await logout(eli.browser, { id_token_hint: eli.idToken });
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect((await postForm(`${issuer}/v1/token`, form, WEB)).status).toBe(200);
  });

  it.each([
    ['no ID token', { id_token_hint: '' }, 'invalid_token'],
    ['what is no token', { id_token_hint: 'x.y.z' }, 'invalid_token'],
    ['a redirect URI that is not registered', { post_logout_redirect_uri: `${BYE}/` }, 'invalid_request'],
    ['the redirect URI of the sign-in', { post_logout_redirect_uri: CALLBACK }, 'invalid_request'],
  ])('with %s is answered by a page, and nobody is signed out', async (_what, changes: Fields, error) => {
    const { browser, idToken } = await signIn();
    const page = await logout(browser, { id_token_hint: idToken, ...changes });
    expect([page.status, page.location]).toEqual([400, null]);
    expect(page.html).toContain(`<code>${error}</code>`);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('takes no access token, no token of another server, and none for a client that has gone', async () => {
    const { browser, idToken } = await signIn();
    const atOrg = await logout(browser, { id_token_hint: idToken }, `${server.url}/oauth2`);
    expect(atOrg.html).toContain('The id token is invalid.');
    const form = { grant_type: 'client_credentials', scope: 'news:read' };
    const { body } = await postForm(
      `${issuer}/v1/token`,
      form,
      basic('0oaApi', 'secret-of-the-api-of-the-people'),
    );
    expect((await logout(browser, { id_token_hint: String(body['access_token']) })).status).toBe(400);
    server.replaceOrg(peopleOrg().replace('- id: 0oaWeb', '- id: 0oaGone'));
    const gone = await logout(browser, { id_token_hint: idToken });
    server.replaceOrg(peopleOrg());
    expect(gone.html).toContain('<code>invalid_client</code>');
    expect(await isSignedIn(browser)).toBe(true);
  });
});

describe('the sign-in page of the org itself', () => {
  it('signs a person in for every client, and out again', async () => {
    const browser = startBrowser(server.url);
    expect((await browser.open('/app/UserHome')).location).toBe(LOGIN_PAGE);
    const page = await browser.open('/login/login.htm');
    expect(page.html).toContain('<strong>People</strong>');
    const wrong = await browser.submit(page, {
      username: 'eli@people.example',
      password: 'x',
      user: '00uDana',
    });
    expect(wrong.status).toBe(401);
    const home = await browser.submit(wrong, { username: 'eli@people.example' });
    expect(home.location).toBe(`${server.url}/app/UserHome`);
    expect((await browser.open('/app/UserHome')).html).toContain('eli@people.example');
    expect(await isSignedIn(browser)).toBe(true);
    expect((await browser.open('/login/signout')).location).toBe(LOGIN_PAGE);
    expect(await isSignedIn(browser)).toBe(false);
  });
});
