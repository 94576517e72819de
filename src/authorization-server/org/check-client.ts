import type { Path } from '../../config/file-fault.js';
import type { Report } from './name-index.js';
import type { Client } from './org.js';

/** Grants that no person takes part in, or that a service makes on behalf of one (okta/authorization-server.md section 3.2). */
const SERVICE_GRANTS: ReadonlySet<string> = new Set([
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
]);

/** Reports settings that Okta does not let a client have (okta/authorization-server.md sections 3.1 and 9.3). */
export function checkClient(client: Client, path: Path, report: Report): void {
  for (const { member, problem } of [...faultsOfAuthentication(client), ...faultsOfGrants(client)]) {
    report([...path, member], problem);
  }
}

interface MemberFault {
  readonly member: keyof Client;
  readonly problem: string;
}

function* faultsOfAuthentication(client: Client): Iterable<MemberFault> {
  const { authenticationMethod: method, secret, pkceRequired } = client;
  const isBySecret = method.startsWith('client_secret');
  if (isBySecret && secret === null) {
    yield { member: 'secret', problem: `must be there, since the client authenticates by ${method}` };
  }
  if (!isBySecret && secret !== null) {
    yield { member: 'secret', problem: `has no use, since the client authenticates by ${method}` };
  }
  if (method !== 'none') return;
  if (!pkceRequired) yield { member: 'pkceRequired', problem: 'must be true for a public client' };
  if (client.applicationType === 'service') {
    yield { member: 'authenticationMethod', problem: 'a service is no public client' };
  } else if (client.grantTypes.includes('client_credentials')) {
    yield { member: 'grantTypes', problem: 'client_credentials wants a client that has credentials' };
  }
}

function* faultsOfGrants({ applicationType, grantTypes, redirectUris }: Client): Iterable<MemberFault> {
  if (grantTypes.length === 0) yield { member: 'grantTypes', problem: 'must name at least one grant type' };
  const unfit = applicationType === 'service' ? grantTypes.filter((grant) => !SERVICE_GRANTS.has(grant)) : [];
  if (unfit.length > 0) yield { member: 'grantTypes', problem: `a service cannot use ${unfit.join(', ')}` };
  const redirects = grantTypes.includes('authorization_code') || grantTypes.includes('implicit');
  if (redirects && redirectUris.length === 0) {
    yield { member: 'redirectUris', problem: 'must name where a person is sent back to' };
  }
}
