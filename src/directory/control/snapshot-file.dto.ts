import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  Equals,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { EXPRESSION_LENGTH_LIMIT } from '../../claims/mapping-expression.js';
import { IsDirectoryId, IsHttpsUri, IsInstant } from '../files/file-validators.js';

// The control snapshot's rows as JSON. The copy is written by this program and read by it again, perhaps by another release
// and after whatever happened to the disk: every member is checked.

const MODES = ['enforce', 'shadow', 'off'] as const;
const FAILURE_POLICIES = ['omit', 'deny'] as const;
const UNRESOLVED_POLICIES = ['stamp', 'deny'] as const;

/** What names the format, and nothing else on a disk. */
export const SNAPSHOT_FORMAT = 'mintmark-control-snapshot';

/** Another release may have another one; it is refused, and the next good reading writes the file anew. */
export const SNAPSHOT_VERSION = 1;

function IsListOf(type: () => new () => object): PropertyDecorator {
  return (target, property) => {
    IsArray()(target, property);
    // Nested validation passes over what is no object.
    IsObject({ each: true })(target, property);
    ValidateNested({ each: true })(target, property);
    Type(type)(target, property);
  };
}

function IsIdList(): PropertyDecorator {
  return (target, property) => {
    IsArray()(target, property);
    IsDirectoryId({ each: true })(target, property);
  };
}

export class IssuerRowDto {
  @IsDirectoryId()
  id!: string;

  @IsDirectoryId()
  orgId!: string;

  @IsHttpsUri()
  uri!: string;

  @IsArray()
  @IsHttpsUri({ each: true })
  aliases!: string[];

  @IsIn(MODES)
  mode!: (typeof MODES)[number];

  @IsIn(FAILURE_POLICIES)
  failurePolicy!: (typeof FAILURE_POLICIES)[number];

  @IsIn(UNRESOLVED_POLICIES)
  onRefused!: (typeof UNRESOLVED_POLICIES)[number];

  @IsIn(UNRESOLVED_POLICIES)
  onAmbiguous!: (typeof UNRESOLVED_POLICIES)[number];

  @IsInt()
  @Min(256)
  @Max(65_536)
  claimsBudgetBytes!: number;

  @IsInt()
  @Min(1)
  @Max(3660)
  rememberChoiceDays!: number;
}

export class ClientRowDto {
  @IsDirectoryId()
  orgId!: string;

  @IsDirectoryId()
  id!: string;

  @ValidateIf(({ mode }: ClientRowDto) => mode !== null)
  @IsIn(MODES)
  mode!: (typeof MODES)[number] | null;

  @ValidateIf(({ failurePolicy }: ClientRowDto) => failurePolicy !== null)
  @IsIn(FAILURE_POLICIES)
  failurePolicy!: (typeof FAILURE_POLICIES)[number] | null;
}

export class CredentialRowDto {
  @IsDirectoryId()
  id!: string;

  @IsIn(['header', 'bearer'])
  scheme!: 'header' | 'bearer';

  @IsIdList()
  issuerIds!: string[];

  @IsIn(FAILURE_POLICIES)
  failurePolicy!: (typeof FAILURE_POLICIES)[number];

  @ValidateIf(({ expiresAt }: CredentialRowDto) => expiresAt !== null)
  @IsInstant()
  expiresAt!: string | null;

  @ValidateIf(({ scheme }: CredentialRowDto) => scheme === 'header')
  @Matches(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/)
  headerName?: string;

  /** In hexadecimal. */
  @ValidateIf(({ scheme }: CredentialRowDto) => scheme === 'header')
  @Matches(/^[0-9a-f]{64}$/)
  secretSha256?: string;

  @ValidateIf(({ scheme }: CredentialRowDto) => scheme === 'bearer')
  @IsDirectoryId()
  clientId?: string;
}

export class MappingConditionsDto {
  @IsIdList()
  scopes!: string[];

  @IsIdList()
  clientIds!: string[];

  @IsIdList()
  grantTypes!: string[];

  @IsIdList()
  issuerIds!: string[];
}

export class MappingRowDto {
  @IsDirectoryId()
  id!: string;

  @IsDirectoryId()
  claim!: string;

  @IsString()
  @Length(1, EXPRESSION_LENGTH_LIMIT)
  expression!: string;

  @IsArray()
  @ArrayMinSize(1)
  @IsIn(['access', 'identity'], { each: true })
  tokens!: ('access' | 'identity')[];

  @IsObject()
  @ValidateNested()
  @Type(() => MappingConditionsDto)
  conditions!: MappingConditionsDto;

  @IsBoolean()
  required!: boolean;

  @IsInt()
  @Min(0)
  @Max(1000)
  priority!: number;

  @IsBoolean()
  overridesProfileClaim!: boolean;
}

export class ControlRowsDto {
  @IsListOf(() => IssuerRowDto)
  issuers!: IssuerRowDto[];

  @IsListOf(() => ClientRowDto)
  clients!: ClientRowDto[];

  @IsListOf(() => CredentialRowDto)
  credentials!: CredentialRowDto[];

  @IsListOf(() => MappingRowDto)
  mappings!: MappingRowDto[];
}

export class SnapshotFileDto {
  @Equals(SNAPSHOT_FORMAT)
  format!: string;

  @Equals(SNAPSHOT_VERSION)
  version!: number;

  @IsInstant()
  writtenAt!: string;

  @IsObject()
  @ValidateNested()
  @Type(() => ControlRowsDto)
  rows!: ControlRowsDto;
}
