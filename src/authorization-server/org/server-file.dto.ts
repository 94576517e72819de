import 'reflect-metadata';
import {
  IsActiveStatus,
  IsListOf,
  IsName,
  IsNameList,
  IsOktaId,
  IsOneOf,
  IsText,
  IsTextLike,
  IsTrueOrFalse,
  MayBeLeftOut,
} from './file-decorators.js';
import type { ActiveStatus, Claim, CustomServer, GroupFilter, Scope } from './org.js';
import { PolicyDto } from './policy-file.dto.js';

// A custom authorization server in the file of an org. Members are called as in Okta's management API, section 9, but things
// may be referred to by their names, and ids may be left out.

const CONSENTS: readonly Scope['consent'][] = ['IMPLICIT', 'REQUIRED', 'FLEXIBLE'];
const PUBLISHING: readonly Scope['metadataPublish'][] = ['ALL_CLIENTS', 'NO_CLIENTS'];

/** Section 5: printable ASCII without space, `"` and `\`; not of Okta's own, and not with both `<` and `>`. */
const SCOPE_NAME = /^(?!okta(?:[.:]|$))(?!\*$)(?!.*<.*>)(?!.*>.*<)[\x21\x23-\x5B\x5D-\x7E]{1,255}$/;

export class ScopeDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsTextLike(SCOPE_NAME, {
    wanted:
      'a scope name: printable ASCII without space, quotation mark and backslash, not "*", not one that starts with ' +
      '"okta.", and not with both "<" and ">"',
  })
  name!: string;

  @MayBeLeftOut()
  @IsName()
  displayName?: string;

  @MayBeLeftOut()
  @IsText()
  description?: string;

  @MayBeLeftOut()
  @IsTrueOrFalse()
  default?: boolean;

  @MayBeLeftOut()
  @IsOneOf(PUBLISHING)
  metadataPublish?: Scope['metadataPublish'];

  @MayBeLeftOut()
  @IsOneOf(CONSENTS)
  consent?: Scope['consent'];
}

const CLAIM_TYPES: readonly Claim['claimType'][] = ['RESOURCE', 'IDENTITY'];
const VALUE_TYPES: readonly Claim['source']['valueType'][] = ['EXPRESSION', 'GROUPS', 'SYSTEM'];
const GROUP_FILTERS: readonly GroupFilter['filter'][] = ['STARTS_WITH', 'EQUALS', 'CONTAINS', 'REGEX'];

export class ClaimDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsActiveStatus()
  status: ActiveStatus = 'ACTIVE';

  @IsOneOf(CLAIM_TYPES)
  claimType: Claim['claimType'] = 'RESOURCE';

  /** Left out, `EXPRESSION`, or that of the system claim that is changed. */
  @MayBeLeftOut()
  @IsOneOf(VALUE_TYPES)
  valueType?: Claim['source']['valueType'];

  /** An expression, or what the filter of groups looks for. */
  @MayBeLeftOut()
  @IsTextLike(/^[^\0]{1,1024}$/, { wanted: 'text of 1 to 1024 characters' })
  value?: string;

  @MayBeLeftOut()
  @IsOneOf(GROUP_FILTERS)
  groupFilterType?: GroupFilter['filter'];

  /** Any of them will do; empty, any scope will. */
  @MayBeLeftOut()
  @IsNameList()
  scopes?: string[];

  @MayBeLeftOut()
  @IsTrueOrFalse()
  alwaysIncludeInToken?: boolean;
}

const ROTATION_MODES: readonly CustomServer['rotationMode'][] = ['AUTO', 'MANUAL'];

export class ServerDto {
  /** `default` is the one that every org has. */
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsName()
  audience!: string;

  @IsActiveStatus()
  status: ActiveStatus = 'ACTIVE';

  @IsOneOf(ROTATION_MODES)
  rotationMode: CustomServer['rotationMode'] = 'AUTO';

  /** One of the name of a system scope changes that scope. */
  @IsListOf(() => ScopeDto)
  scopes: ScopeDto[] = [];

  /** System scopes that the server is not to have. */
  @IsNameList()
  withoutScopes: string[] = [];

  /** One of the name and type of a system claim changes that claim. */
  @IsListOf(() => ClaimDto)
  claims: ClaimDto[] = [];

  @IsListOf(() => PolicyDto)
  policies: PolicyDto[] = [];
}
