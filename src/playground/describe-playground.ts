import type { SampleClient } from './sample-org.js';
import type { Playground } from './start.js';

export interface PlaygroundScreen {
  readonly playground: Playground;
  readonly folder: string;
  /** The payload that the printed command sends. */
  readonly payloadFile: string;
  readonly databaseName: string;
}

/** The one screen that `npm start` prints. The command in it works as it stands, and shows no secret. */
export function describePlayground({
  playground,
  folder,
  payloadFile,
  databaseName,
}: PlaygroundScreen): string {
  const { state, headerFiles } = playground;
  const [client] = state.clients;
  return `
  Mintmark playground (for trying out, not for production)

  Token hook            ${state.hookUrl}
  Authorization server  ${state.issuer}
  Admin API             ${state.adminUrl}/v1  (described at /v1/docs)
  Ops                   ${state.opsUrl}/healthz  /readyz  /metrics
  CA file               ${state.caFile}
  Database              ${databaseName}
  For tools             ${folder}/playground.json

  Dana signs in to Acme Orders and asks for the tenant "blue". What Okta would merge:

curl --cacert ${quoted(state.caFile)} \\
  -H @${quoted(headerFiles.hook)} \\
  -H 'content-type: application/json' \\
  --data @${quoted(payloadFile)} \\
  ${state.hookUrl}
${client === undefined ? '' : mintingCommands(playground, client)}
  What is behind that tenant, and a change of it reaches the next token:

curl --cacert ${quoted(state.caFile)} -H @${quoted(headerFiles.admin)} ${state.adminUrl}/v1/tenants/blue

  More payloads are in examples/payloads, the people and tenants in examples/directory.yaml.
  The subscription of tenant "green" ends in 30 minutes. One line for each call follows; Ctrl+C stops.
`;
}

/** A token from the mini authorization server, which calls the hook as Okta does. */
function mintingCommands({ state, headerFiles }: Playground, { clientId, scope }: SampleClient): string {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope });
  return `
  A service gets a token; the mini authorization server stamps it by that hook:

curl --cacert ${quoted(state.caFile)} \\
  -H @${quoted(headerFiles.client)} \\
  --data ${quoted(body.toString())} \\
  ${state.issuer}/v1/token

  The same token before and after the hook:  npx mintmark mint --client ${clientId}
`;
}

/** Quoted for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
