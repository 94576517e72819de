import type { Path } from '../../config/file-fault.js';
import { claimSource } from './claim-source.js';
import { generatedId } from './generated-id.js';
import type { Report } from './name-index.js';
import type { Claim, Scope } from './org.js';
import type { ClaimDto } from './server-file.dto.js';
import { SYSTEM_CLAIMS } from './system-claims.js';

/** Claims that a token has in any case (okta/authorization-server.md sections 6.3 and 6.4). */
const TAKEN: Readonly<Record<Claim['claimType'], ReadonlySet<string>>> = {
  RESOURCE: new Set('ver jti iss aud iat exp cid uid scp auth_time'.split(' ')),
  IDENTITY: new Set('sub ver iss aud iat exp jti amr idp nonce auth_time at_hash c_hash'.split(' ')),
};

/** Where claims stand, and what they may refer to. */
export interface ClaimPlace {
  readonly serverId: string;
  readonly path: Path;
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly report: Report;
}

/** The claims of the system, changed where the file has one of the same name and type, and then the others of the file. */
export function buildClaims(dtos: readonly ClaimDto[], place: ClaimPlace): readonly Claim[] {
  const built = new Map<string, Claim>();
  for (const claim of SYSTEM_CLAIMS) {
    const key = keyOf(claim);
    built.set(key, { id: generatedId('ocl', place.serverId, key), ...claim });
  }
  const own = new Set<string>();
  for (const [index, dto] of dtos.entries()) {
    const key = keyOf(dto);
    const path = [...place.path, 'claims', index];
    checkClaim(dto, { ...place, path });
    if (own.has(key)) {
      place.report(path, `there is another ${dto.claimType} claim called ${JSON.stringify(dto.name)}`);
    }
    own.add(key);
    built.set(key, buildClaim(dto, built.get(key), { ...place, path }));
  }
  return [...built.values()];
}

function keyOf({ claimType, name }: Pick<Claim, 'claimType' | 'name'>): string {
  return `${claimType} ${name}`;
}

function checkClaim(
  { name, claimType, scopes }: ClaimDto,
  { path, scopes: known, report }: ClaimPlace,
): void {
  if (TAKEN[claimType].has(name)) {
    report([...path, 'name'], `${claimType} tokens have a claim of this name of their own`);
  }
  for (const [index, scope] of (scopes ?? []).entries()) {
    if (!known.has(scope)) {
      report([...path, 'scopes', index], `the server has no scope called ${JSON.stringify(scope)}`);
    }
  }
}

function buildClaim(dto: ClaimDto, changed: Claim | undefined, place: ClaimPlace): Claim {
  const { name, status, claimType } = dto;
  return {
    id: dto.id ?? changed?.id ?? generatedId('ocl', place.serverId, keyOf(dto)),
    ...{ name, status, claimType },
    system: changed?.system ?? false,
    source: claimSource(dto, changed, place),
    scopes: dto.scopes ?? changed?.scopes ?? [],
    // Section 6.1: an access token always includes its claims.
    alwaysIncludeInToken:
      claimType === 'RESOURCE' || (dto.alwaysIncludeInToken ?? changed?.alwaysIncludeInToken ?? true),
  };
}
