import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { startBrowser, hiddenFields, type EmulatedBrowser } from '../../support/emulated-browser.js';
import { orgFile, startEmulatedOrg } from '../../support/emulated-org.js';
import {
  asPage,
  basic,
  postForm,
  REDIRECT_URI as LIST_URI,
  WEB_REQUEST,
  type Page,
} from '../../support/emulator-requests.js';
import { PASSWORDS, peopleOrg, WEB_SECRET } from '../../support/people-org.js';

const server = await startEmulatedOrg({ org: peopleOrg() });
const issuer = server.issuer('default');
const CALLBACK = 'https://app.people.example/callback';
const DANA = { username: 'dana@people.example', password: PASSWORDS.dana };

type Fields = Readonly<Record<string, string>>;

const ASKED: Fields = {
  ...{ client_id: '0oaWeb', response_type: 'code', redirect_uri: CALLBACK },
  ...{ scope: 'openid profile', state: 'st-1' },
};

function open(browser: EmulatedBrowser, changes: Fields = {}): Promise<Page> {
  return browser.open(`${issuer}/v1/authorize?${new URLSearchParams({ ...ASKED, ...changes }).toString()}`);
}

/** The claims of the ID token that a code yields. */
async function identityOf(page: Page, client = '0oaWeb', redirectUri = CALLBACK): Promise<Fields> {
  const form = {
    grant_type: 'authorization_code',
    code: page.redirect?.['code'] ?? '',
    redirect_uri: redirectUri,
  };
  const { body } = await postForm(`${issuer}/v1/token`, form, basic(client, WEB_SECRET));
  return decodeJwt(String(body['id_token']));
}

describe('the sign-in page', () => {
  it('asks for a login name and a password, with labels, and needs neither scripts nor anything from elsewhere', async () => {
    const { status, html, headers } = await open(startBrowser(server.url));
    expect(status).toBe(200);
    expect(html).toContain('<label for="username">');
    expect(html).toMatch(/<input id="username"[^>]* autofocus/);
    expect(html).toMatch(/<input id="password"[^>]* type="password"[^>]* autocomplete="current-password"/);
    expect(html).not.toMatch(/<script|<link|<img|onclick|https?:/);
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^ ]+'; script-src 'none'; form-action 'self' /,
    );
    expect(policy).toContain("base-uri 'none'; frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-cache, no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each([
    ['openid nowhere', 'One or more scopes are not configured for the authorization server resource.'],
    ['profile', "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope."],
  ])('is not shown for scopes that nobody is granted: %s', async (scope, description) => {
    for (const changes of [{ scope }, { scope, prompt: 'none' }] as Fields[]) {
      expect((await open(startBrowser(server.url), changes)).redirect).toEqual({
        ...{ state: 'st-1', error: 'invalid_scope', error_description: description },
      });
    }
  });

  it('signs a person in, whose code yields their tokens and who is not asked again', async () => {
    const browser = startBrowser(server.url);
    const signedIn = await browser.submit(await open(browser, { nonce: 'n-1' }), DANA);
    expect(signedIn.redirect).toEqual({ code: expect.any(String), state: 'st-1' });
    expect(await identityOf(signedIn)).toMatchObject({ sub: '00uDana', nonce: 'n-1' });
    expect((await open(browser)).redirect).toHaveProperty('code');
  });

  it('is filled with the login name that the client expects, as text, with the focus on the password', async () => {
    const { html } = await open(startBrowser(server.url), { login_hint: '"><script>alert(1)</script>' });
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(html).toMatch(/<input id="password"[^>]* autofocus/);
    expect(html).toContain('<strong>Web &lt;b&gt;&amp;amp;&lt;/b&gt;</strong>');
    const [browser, long] = [startBrowser(server.url), 'a'.repeat(256)];
    const tooLong = await open(browser, { login_hint: long });
    expect(tooLong.html).toContain('value="" autofocus');
    expect((await browser.submit(tooLong, { username: long })).html).not.toContain(long);
  });

  it.each([
    ['a wrong password', { ...DANA, password: 'wrong' }, 'Unable to sign in.'],
    ['no password where there is one', { username: DANA.username }, 'Unable to sign in.'],
    ['an unknown login name', { username: 'nobody', password: PASSWORDS.dana }, 'Unable to sign in.'],
    [
      'somebody who is suspended',
      { username: 'fay@people.example', password: PASSWORDS.fay },
      'Unable to sign in.',
    ],
    ['somebody with a password by their id', { user: '00uDana' }, 'Unable to sign in.'],
    [
      'a password that has expired',
      { username: 'gus@people.example', password: PASSWORDS.gus },
      'Your password has expired.',
    ],
  ])(
    'refuses %s, says so to screen readers too, and keeps the login name',
    async (_what, form: Fields, problem) => {
      const browser = startBrowser(server.url);
      const again = await browser.submit(await open(browser), form);
      expect(again.status).toBe(401);
      expect(again.html).toContain(`<p class="alert" id="problem" role="alert">${problem}`);
      expect(again.html).toMatch(/aria-invalid="true" aria-describedby="problem"/);
      expect(again.html).toContain(`value="${form['username'] ?? ''}"`);
      expect(again.html).not.toContain(PASSWORDS.dana);
      expect((await browser.submit(again, DANA)).redirect).toHaveProperty('code');
    },
  );

  it('lets somebody without a password in by the login name alone, whatever its case', async () => {
    const browser = startBrowser(server.url);
    const signedIn = await browser.submit(await open(browser), { username: ' ELI@people.example' });
    expect(await identityOf(signedIn)).toMatchObject({ sub: '00uEli' });
  });

  it('is no use after ten tries', async () => {
    const browser = startBrowser(server.url);
    let page = await open(browser);
    for (let tries = 0; tries < 10; tries += 1) page = await browser.submit(page, { username: 'nobody' });
    expect([page.status, page.html.includes('Too many tries')]).toEqual([400, true]);
  });

  it('has a form that is sent once, from the browser that it was shown in, within ten minutes', async () => {
    const [browser, other] = [startBrowser(server.url), startBrowser(server.url)];
    const page = await open(browser);
    await open(other);
    expect((await other.submit(page, DANA)).status).toBe(400);
    expect((await startBrowser(server.url).submit(page, DANA)).status).toBe(400);
    expect((await browser.submit(page, DANA)).redirect).toHaveProperty('code');
    expect((await browser.submit(page, DANA)).status).toBe(400);
    const late = await open(other);
    server.clock.advance(10 * 60_000);
    expect((await other.submit(late, DANA)).html).toContain('too old');
    expect((await browser.open('/_signin')).html).toContain('too old');
  });

  it('is bound to no browser by a cookie that the emulator has not made', async () => {
    for (const planted of ['', 'planted', `${'x'.repeat(43)}"`]) {
      const response = await fetch(`${issuer}/v1/authorize?${new URLSearchParams(ASKED).toString()}`, {
        headers: { cookie: `DT=${planted}` },
      });
      expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^DT=[\w-]{43};/)]);
      const page = await asPage(response);
      expect((await startBrowser(server.url).submit(page, DANA)).status).toBe(400);
    }
  });

  it('ends the session that the browser had, and shows itself again to somebody who may not sign in any more', async () => {
    const browser = startBrowser(server.url);
    await browser.submit(await open(browser), DANA);
    const cookie = `sid=${browser.cookies.get('sid') ?? ''}`;
    const silent = `${issuer}/v1/authorize?${new URLSearchParams({ ...ASKED, prompt: 'none' }).toString()}`;
    const comeWith = async (sid: string): Promise<Page> =>
      asPage(await fetch(silent, { headers: { cookie: sid }, redirect: 'manual' }));
    expect((await comeWith(cookie)).redirect).toHaveProperty('code');
    await browser.submit(await open(browser, { prompt: 'login' }), DANA);
    expect((await comeWith(cookie)).redirect).toMatchObject({ error: 'login_required' });
    server.replaceOrg(peopleOrg().replace('- id: 00uDana', '- id: 00uDana\n    status: SUSPENDED'));
    const [page, none, home] = [
      await open(browser),
      await open(browser, { prompt: 'none' }),
      await browser.open('/app/UserHome'),
    ];
    server.replaceOrg(peopleOrg());
    expect([page.status, page.html.includes('id="password"')]).toEqual([200, true]);
    expect(none.redirect).toMatchObject({ error: 'login_required' });
    expect(home.location).toBe(`${server.url}/login/login.htm`);
  });

  it('says in the log who signed in, and why somebody could not, without a password', async () => {
    server.reset();
    server.clock.freeze(Date.parse('2026-03-11T09:41:07.000Z'));
    const browser = startBrowser(server.url);
    const again = await browser.submit(await open(browser), { ...DANA, password: 'not-the-password' });
    await browser.submit(again, DANA);
    const events = server.events();
    expect(events.map(({ eventType, outcome }) => [eventType, outcome.result])).toEqual([
      ['user.session.start', 'FAILURE'],
      ['user.session.start', 'SUCCESS'],
      ['app.oauth2.as.authorize.code', 'SUCCESS'],
    ]);
    expect(JSON.stringify(events)).not.toMatch(/not-the-password|battery/);
  });
});

describe('where nobody has a password', () => {
  it('the page lists everybody who is active, first whom the client expects', async () => {
    const list = await startEmulatedOrg();
    const browser = startBrowser(list.url);
    const query = new URLSearchParams({ ...WEB_REQUEST, login_hint: 'ELI@test.example' });
    const page = await browser.open(`${list.issuer('default')}/v1/authorize?${query.toString()}`);
    expect(
      [...page.html.matchAll(/name="user" value="(\w+)"( autofocus)?/g)].map(([, id, focus]) => [id, focus]),
    ).toEqual([
      ['00uEli', ' autofocus'],
      ['00uDana', undefined],
    ]);
    const chosen = await browser.submit(page, { user: '00uDana' });
    expect(chosen.location).toMatch(`${LIST_URI}?code=`);
  });

  it('and they are more than a page can list, the page asks for the login name', async () => {
    const crowd = Array.from(
      { length: 201 },
      (_, index) => `  - { profile: { login: 'p${String(index)}@test.example' } }`,
    );
    const org = orgFile().replace('clients:', `${crowd.join('\n')}\nclients:`);
    const list = await startEmulatedOrg({ org });
    const browser = startBrowser(list.url);
    const page = await browser.open(
      `${list.issuer('default')}/v1/authorize?${new URLSearchParams(WEB_REQUEST).toString()}`,
    );
    expect(page.html).not.toMatch(/type="password"|name="user"/);
    expect((await browser.submit(page, { username: 'dana@test.example' })).redirect).toHaveProperty('code');
  });
});

describe('prompt and max_age', () => {
  it('ask somebody who is signed in already to sign in again, and the ID token says when', async () => {
    const browser = startBrowser(server.url);
    const first = await browser.submit(await open(browser), DANA);
    const { auth_time: firstTime } = await identityOf(first);
    server.clock.advance(61_000);
    for (const changes of [{ prompt: 'login' }, { max_age: '60' }, { max_age: '0' }] as Fields[]) {
      expect((await open(browser, changes)).status).toBe(200);
    }
    const fresh = await open(browser, { max_age: '61' });
    expect((await identityOf(fresh))['auth_time']).toBe(firstTime);
    const again = await browser.submit(await open(browser, { prompt: 'login' }), DANA);
    expect((await identityOf(again))['auth_time']).toBe(Number(firstTime) + 61);
  });

  it('of a client that wants no page is answered with login_required where the sign-in is too old', async () => {
    const browser = startBrowser(server.url);
    await browser.submit(await open(browser), DANA);
    server.clock.advance(61_000);
    expect((await open(browser, { prompt: 'none', max_age: '60' })).redirect).toMatchObject({
      error: 'login_required',
    });
    expect((await open(browser, { prompt: 'none', max_age: '61' })).redirect).toHaveProperty('code');
  });

  it('that contradict each other are refused', async () => {
    expect((await open(startBrowser(server.url), { prompt: 'none', max_age: '0' })).redirect).toEqual({
      ...{ state: 'st-1', error: 'invalid_request' },
      error_description:
        "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.",
    });
  });
});

describe('consent', () => {
  const ASKING_URI = 'https://asking.people.example/callback';
  const asking = { client_id: '0oaAsking', redirect_uri: ASKING_URI, scope: 'openid mail:read news:read' };

  async function signedInBrowser(): Promise<EmulatedBrowser> {
    const browser = startBrowser(server.url);
    await browser.submit(await open(browser), DANA);
    return browser;
  }

  it('is asked for by the names that people understand, only where a scope wants it, and once', async () => {
    server.reset();
    server.clock.freeze(Date.parse('2026-03-11T09:41:07.000Z'));
    const browser = await signedInBrowser();
    const page = await open(browser, asking);
    expect(page.status).toBe(200);
    expect(page.html).toContain('<li>Read your mail<br><span class="hint">All folders</span></li>');
    expect(page.html).not.toContain('Read the news');
    expect(page.html).toContain('Dana@people.example');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'none'");
    const allowed = await browser.submit(page, { consent: 'allow' });
    expect(await identityOf(allowed, '0oaAsking', ASKING_URI)).toMatchObject({ sub: '00uDana' });
    expect(server.events()).toContainEqual(
      expect.objectContaining({
        eventType: 'app.oauth2.as.consent.grant',
        debugContext: { debugData: expect.objectContaining({ grantedScopes: 'mail:read' }) as unknown },
      }),
    );
    expect((await open(browser, asking)).redirect).toHaveProperty('code');
    const more = await open(browser, { ...asking, scope: 'openid mail:read mail:send' });
    expect(more.html).toContain('<li>Send mail in your name</li>');
    expect(more.html).not.toContain('Read your mail');
  });

  it('is each person’s own, and each server’s', async () => {
    const browser = startBrowser(server.url);
    const page = await browser.submit(await open(browser, asking), { username: 'eli@people.example' });
    expect(page.html).toContain('Read your mail');
    expect((await open(browser, { ...asking, prompt: 'none' })).redirect).toMatchObject({
      error: 'consent_required',
    });
  });

  it('that is not given is what the client is told, and is asked for again', async () => {
    const browser = await signedInBrowser();
    const scope = 'openid mail:send';
    const denied = await browser.submit(await open(browser, { ...asking, scope }), { consent: 'deny' });
    expect(denied.redirect).toEqual({
      ...{ state: 'st-1', error: 'access_denied' },
      error_description: 'The resource owner or authorization server denied the request.',
    });
    expect((await open(browser, { ...asking, scope })).status).toBe(200);
  });

  it.each(['consent', 'login consent', 'consent login'])(
    'is asked for in any case with prompt=%s, of a trusted client too',
    async (prompt) => {
      const browser = await signedInBrowser();
      let page = await open(browser, { scope: 'openid mail:read', prompt });
      if (prompt !== 'consent') page = await browser.submit(page, DANA);
      expect(page.html).toContain('Allow access?');
      const allowed = await browser.submit(page, { consent: 'allow' });
      expect(allowed.redirect).toHaveProperty('code');
      expect((await open(browser, { scope: 'openid mail:read' })).redirect).toHaveProperty('code');
      expect((await open(browser, { scope: 'openid news:read', prompt: 'consent' })).redirect).toHaveProperty(
        'code',
      );
    },
  );

  it('cannot be given by somebody who has signed out, or for whom somebody else has signed in', async () => {
    const asked = { scope: 'openid mail:read', prompt: 'consent' };
    const leave = (browser: EmulatedBrowser): Promise<Page> => browser.open('/login/signout');
    const swap = async (browser: EmulatedBrowser): Promise<Page> =>
      browser.submit(await open(browser, { prompt: 'login' }), { username: 'eli@people.example' });
    for (const change of [leave, swap]) {
      const browser = await signedInBrowser();
      const page = await open(browser, asked);
      await change(browser);
      const late = await browser.submit(page, { consent: 'allow' });
      expect([late.status, late.location]).toEqual([400, null]);
    }
  });

  it('cannot be given by a form of another browser, nor twice', async () => {
    const browser = await signedInBrowser();
    const page = await open(browser, { scope: 'openid mail:read', prompt: 'consent' });
    const other = await signedInBrowser();
    expect((await other.submit(page, { consent: 'allow' })).status).toBe(400);
    expect((await browser.submit(page, { consent: 'allow' })).redirect).toHaveProperty('code');
    expect((await browser.submit(page, { consent: 'allow' })).status).toBe(400);
  });
});

describe('form_post', () => {
  it('brings a code to the client by a form that scripts send, or a button', async () => {
    const browser = startBrowser(server.url);
    const page = await browser.submit(await open(browser, { response_mode: 'form_post' }), DANA);
    expect(page.status).toBe(200);
    expect(page.html).toContain(`<form method="post" action="${CALLBACK}">`);
    expect(page.html).toContain('<button autofocus>Continue</button></form>');
    expect(hiddenFields(page)).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'st-1' });
  });

  it('brings an error to the client in the same way', async () => {
    const page = await open(startBrowser(server.url), { response_mode: 'form_post', prompt: 'none' });
    expect(hiddenFields(page)).toMatchObject({ state: 'st-1', error: 'login_required' });
  });
});

describe('okta_post_message', () => {
  const PKCE = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' };
  const asked = { ...PKCE, response_mode: 'okta_post_message' };

  it('brings a code with PKCE to the page around it, whose origin is the client’s', async () => {
    const browser = startBrowser(server.url);
    const page = await browser.submit(await open(browser, asked), DANA);
    expect(hiddenFields(page)).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'st-1' });
    expect(page.html).toContain('<form data-origin="https://app.people.example">');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(
      /script-src 'sha256-[^ ]+'; form-action 'none'; .*frame-ancestors https:\/\/app\.people\.example$/,
    );
    expect(page.headers.get('x-frame-options')).toBeNull();
  });

  it('brings an error in the same way, but none where it cannot be', async () => {
    const silent = await open(startBrowser(server.url), { ...asked, prompt: 'none' });
    expect(hiddenFields(silent)).toMatchObject({ state: 'st-1', error: 'login_required' });
    const native = { client_id: '0oaNative', redirect_uri: 'com.people.app:/callback' };
    for (const changes of [{ response_mode: 'okta_post_message' }, { ...asked, ...native }]) {
      expect((await open(startBrowser(server.url), changes)).redirect).toMatchObject({
        error: 'unsupported_response_mode',
      });
    }
  });
});

describe('cookies', () => {
  it('are for the browser alone, and over HTTPS go with frames of other sites, as single-page apps need it', async () => {
    const query = new URLSearchParams(ASKED).toString();
    const plain = await fetch(`${issuer}/v1/authorize?${query}`);
    expect(plain.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^DT=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const secure = await startEmulatedOrg({ org: peopleOrg(), publicUrl: 'https://login.people.example' });
    const answer = await fetch(`${secure.localUrl}/oauth2/default/v1/authorize?${query}`);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^DT=[\w-]{43}; Path=\/; HttpOnly; SameSite=None; Secure$/),
    ]);
  });
});
