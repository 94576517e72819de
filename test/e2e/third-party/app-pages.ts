import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTeardown } from '../../support/teardown.js';
import type { Certificates } from './third-party-org.js';

/** Okta's library for pages, as it is published for `<script>`. */
const LIBRARY = fileURLToPath(
  new URL('../../../node_modules/@okta/okta-auth-js/dist/okta-auth-js.min.js', import.meta.url),
);

export interface AppPages {
  /** Its origin. */
  readonly url: string;
}

/**
 * The pages of apps, over HTTPS: `/callback` shows what it was sent, by query or by form, and `/spa` is a page with Okta's
 * library in it and nothing else.
 */
export async function startAppPages({ cert, key }: Certificates): Promise<AppPages> {
  const library = await readFile(LIBRARY, 'utf8');
  const server = createServer({ cert, key }, (request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const [type, content] =
        path === '/library.js' ? ['text/javascript', library] : ['text/html', pageOf(path, body || query)];
      response.setHeader('content-type', `${type}; charset=utf-8`);
      response.end(content);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `https://localhost:${String((server.address() as AddressInfo).port)}` };
}

function pageOf(path: string, received: string): string {
  const start =
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">';
  if (path === '/spa') return `${start}<script src="/library.js"></script>`;
  // Letters, digits and what stands between them in a form: nothing of it is HTML.
  return `${start}<p id="received">${received.replace(/[^\w=&.%+~*-]/g, '')}</p>`;
}
