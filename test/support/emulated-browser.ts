import { asPage, type Page } from './emulator-requests.js';

type Fields = Readonly<Record<string, string>>;

/** A browser without scripts, as far as the emulator's pages need one: it keeps cookies and sends forms. It follows no redirect. */
export interface EmulatedBrowser {
  readonly cookies: ReadonlyMap<string, string>;
  open(url: string): Promise<Page>;
  /** Sends the form of a page, with its hidden fields. */
  submit(page: Page, fields: Fields): Promise<Page>;
}

/** @param origin where the emulator is: paths of forms are relative to it */
export function startBrowser(origin: string): EmulatedBrowser {
  const cookies = new Map<string, string>();
  const request = async (url: string, init: RequestInit = {}): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(url, origin), { ...init, redirect: 'manual', headers: { cookie } });
    for (const header of response.headers.getSetCookie()) keep(cookies, header);
    return asPage(response);
  };
  return {
    cookies,
    open: request,
    submit: (page, fields) => {
      const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(page.html) ?? [];
      const body = new URLSearchParams({ ...hiddenFields(page), ...fields });
      return request(action.replaceAll('&amp;', '&'), { method: 'POST', body });
    },
  };
}

function keep(cookies: Map<string, string>, header: string): void {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(header) ?? [];
  if (/; *max-age=0/i.test(header)) cookies.delete(name);
  else cookies.set(name, value);
}

/** What the form of a page sends by itself. */
export function hiddenFields({ html }: Page): Fields {
  const fields = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]));
}
