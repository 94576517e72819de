import type { ControlRows, CredentialControl } from './control-snapshot.js';
import type { ControlRowsDto, CredentialRowDto } from './snapshot-file.dto.js';

/** The rows as JSON can hold them: member by member, so that a column that is new gets here on purpose only. */
export function toPlainRows({ issuers, clients, credentials, mappings }: ControlRows): ControlRowsDto {
  return {
    issuers: issuers.map((row) => ({
      id: row.id,
      orgId: row.orgId,
      uri: row.uri,
      aliases: [...row.aliases],
      mode: row.mode,
      failurePolicy: row.failurePolicy,
      onRefused: row.onRefused,
      onAmbiguous: row.onAmbiguous,
      claimsBudgetBytes: row.claimsBudgetBytes,
      rememberChoiceDays: row.rememberChoiceDays,
    })),
    clients: clients.map(({ orgId, id, mode, failurePolicy }) => ({ orgId, id, mode, failurePolicy })),
    credentials: credentials.map(credentialToPlain),
    mappings: mappings.map((row) => ({
      id: row.id,
      claim: row.claim,
      expression: row.expression,
      tokens: [...row.tokens],
      conditions: {
        scopes: [...row.conditions.scopes],
        clientIds: [...row.conditions.clientIds],
        grantTypes: [...row.conditions.grantTypes],
        issuerIds: [...row.conditions.issuerIds],
      },
      required: row.required,
      priority: row.priority,
      overridesProfileClaim: row.overridesProfileClaim,
    })),
  };
}

function credentialToPlain(credential: CredentialControl): CredentialRowDto {
  const { id, scheme, failurePolicy } = credential;
  const issuerIds = [...credential.issuerIds];
  const expiresAt = credential.expiresAt === null ? null : new Date(credential.expiresAt).toISOString();
  const rights = { id, scheme, issuerIds, failurePolicy, expiresAt };
  if (credential.scheme === 'bearer') return { ...rights, clientId: credential.clientId };
  const secretSha256 = Buffer.from(credential.secretSha256).toString('hex');
  return { ...rights, headerName: credential.headerName, secretSha256 };
}

/** The rows of a copy that was checked. */
export function fromPlainRows({ issuers, clients, credentials, mappings }: ControlRowsDto): ControlRows {
  return { issuers, clients, mappings, credentials: credentials.flatMap(credentialFromDto) };
}

function credentialFromDto(row: CredentialRowDto): readonly CredentialControl[] {
  const { id, scheme, failurePolicy, headerName, secretSha256, clientId } = row;
  const expiresAt = row.expiresAt === null ? null : Date.parse(row.expiresAt);
  const rights = { id, failurePolicy, expiresAt, issuerIds: new Set(row.issuerIds) };
  // The checks let no other row be.
  if (scheme === 'bearer') return clientId === undefined ? [] : [{ ...rights, scheme, clientId }];
  if (headerName === undefined || secretSha256 === undefined) return [];
  return [{ ...rights, scheme, headerName, secretSha256: Buffer.from(secretSha256, 'hex') }];
}
