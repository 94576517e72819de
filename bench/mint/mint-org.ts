import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { CLIENT_ID } from './token-claims.mjs';

/** The server of examples/org.yaml whose issuer the sample directory knows. */
export const SERVER_ID = 'aus7k2m9QxRtYb4Vw1d7';

/** What its issuer begins with. */
export const PUBLIC_URL = 'https://login.acme.example';

/** Where a hook is, and the value of its `authorization` header. */
export interface HookAt {
  readonly uri: string;
  readonly secret: string;
}

/** The sample org, whose client posts its secret, as it does elsewhere; with a hook, or with none. */
export async function mintOrg(hook: HookAt | null, clientSecret: string): Promise<string> {
  const file = parseDocument(await readFile('examples/org.yaml', 'utf8'));
  const { clients } = file.toJS() as { readonly clients: readonly { readonly id: string }[] }; // a file of our own
  const client = clients.findIndex(({ id }) => id === CLIENT_ID);
  file.setIn(['clients', client, 'authenticationMethod'], 'client_secret_post');
  file.setIn(['clients', client, 'secret'], clientSecret);
  if (hook === null) file.deleteIn(['authorizationServers', 0, 'policies', 0, 'rules', 0, 'inlineHook']);
  else {
    const authScheme = { key: 'authorization', value: hook.secret };
    file.setIn(['inlineHooks', 0, 'channel'], { uri: hook.uri, authScheme });
  }
  return file.toString();
}
