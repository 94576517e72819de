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
  const { state, headerFile } = playground;
  return `
  Mintmark playground (for trying out, not for production)

  Token hook   ${state.hookUrl}
  Ops          ${state.opsUrl}/healthz  /readyz  /metrics
  CA file      ${state.caFile}
  Database     ${databaseName}
  For tools    ${folder}/playground.json

  Dana signs in to Acme Orders and asks for the tenant "blue". What Okta would merge:

curl --cacert ${quoted(state.caFile)} \\
  -H @${quoted(headerFile)} \\
  -H 'content-type: application/json' \\
  --data @${quoted(payloadFile)} \\
  ${state.hookUrl}

  More payloads are in examples/payloads, the people and tenants in examples/directory.yaml.
  The subscription of tenant "green" ends in 30 minutes. One line for each call follows; Ctrl+C stops.
`;
}

/** Quoted for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
