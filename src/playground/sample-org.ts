import { readOrgFile, type Org } from '../authorization-server/start.js';

/** The org that `npm start` serves, below the examples. */
export const SAMPLE_ORG = 'org.yaml';

/** How the authorization server reaches the hook, and what it proves itself with. */
export interface HookChannel {
  readonly uri: string;
  readonly header: string;
  readonly secret: string;
}

/**
 * The org of a file, whose inline hooks are all the hook given.
 *
 * @throws OrgRefusedError
 */
export function readWiredOrg(text: string, { uri, header, secret }: HookChannel): Org {
  const org = readOrgFile(text);
  const wiring = { type: 'HTTP', uri, authScheme: { key: header, value: secret } } as const;
  const wired = [...org.inlineHooks.values()].map((hook) => ({
    ...hook,
    channel: { ...wiring, headers: hook.channel.headers },
  }));
  return { ...org, inlineHooks: new Map(wired.map((hook) => [hook.id, hook])) };
}

/** A service that gets a token for itself, and the scopes that it may ask for. */
export interface SampleClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** With spaces between. */
  readonly scope: string;
}

/** What a newcomer can mint at an org, and where. */
export interface SampleUse {
  /** Id of the first authorization server in the file. */
  readonly serverId: string;
  readonly clients: readonly SampleClient[];
}

/** The services of an org that prove themselves by a secret in a header, with the default scopes of its first server. */
export function sampleUse({ servers, clients }: Org): SampleUse {
  const [server] = [...servers.values()].filter(({ policies }) => policies.length > 0);
  const scope = [...(server?.scopes.values() ?? [])].filter(({ isDefault }) => isDefault);
  return {
    serverId: server?.id ?? 'default',
    clients: [...clients.values()].flatMap(({ id, secret, authenticationMethod, grantTypes }) =>
      secret !== null &&
      authenticationMethod === 'client_secret_basic' &&
      grantTypes.includes('client_credentials')
        ? [{ clientId: id, clientSecret: secret, scope: scope.map(({ name }) => name).join(' ') }]
        : [],
    ),
  };
}
