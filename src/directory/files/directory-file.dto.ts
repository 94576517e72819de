import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  Equals,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { EXPRESSION_LENGTH_LIMIT } from '../../claims/mapping-expression.js';
import { FACT_LIST_LIMIT } from '../../claims/expression-cost.js';
import { IsDirectoryId, IsFeatureId, IsHttpsUri, IsInstant, IsLine, IsText } from './file-validators.js';

// The directory as a file. Every list may be left out; what a file does not name stays as it is.

function IsIdList(): PropertyDecorator {
  return (target, property) => {
    IsArray({ message: 'must be a list' })(target, property);
    ArrayMaxSize(FACT_LIST_LIMIT, { message: `must have at most ${String(FACT_LIST_LIMIT)} entries` })(
      target,
      property,
    );
    ArrayUnique({ message: 'must not repeat an entry' })(target, property);
    IsDirectoryId({ each: true })(target, property);
  };
}

function IsListOf(type: () => new () => object): PropertyDecorator {
  return (target, property) => {
    IsArray({ message: 'must be a list' })(target, property);
    ValidateNested({ each: true, message: 'must be a list of objects' })(target, property);
    Type(type)(target, property);
  };
}

function IsOneOf(words: readonly string[]): PropertyDecorator {
  return (target, property) => {
    IsIn(words, { message: `must be one of ${words.join(', ')}` })(target, property);
  };
}

const MODES = ['enforce', 'shadow', 'off'] as const;
const FAILURE_POLICIES = ['omit', 'deny'] as const;
const UNRESOLVED_POLICIES = ['stamp', 'deny'] as const;
const STATUSES = ['active', 'suspended'] as const;
const TENANT_MODES = ['fixed', 'choose', 'any'] as const;
const FEATURE_TYPES = ['boolean', 'integer', 'string', 'string_list'] as const;

/** A window is open from `from` (included) until `until` (excluded); both may be left out. */
export class WindowDto {
  @IsOptional()
  @IsInstant()
  from?: string | null;

  @IsOptional()
  @IsInstant()
  until?: string | null;
}

export class MembershipDto extends WindowDto {
  @IsDirectoryId()
  tenant!: string;

  @IsIdList()
  roles: string[] = [];

  @IsBoolean({ message: 'must be true or false' })
  default: boolean = false;
}

export class BindingDto extends WindowDto {
  @IsDirectoryId()
  tenant!: string;

  @IsIdList()
  roles: string[] = [];
}

export class UserDto {
  @IsDirectoryId()
  id!: string;

  @IsOptional()
  @IsLine()
  login?: string;

  @IsOneOf(STATUSES)
  status: (typeof STATUSES)[number] = 'active';

  @IsListOf(() => MembershipDto)
  memberships: MembershipDto[] = [];
}

export class ClientDto {
  @IsDirectoryId()
  id!: string;

  @IsLine()
  name!: string;

  @IsOneOf(TENANT_MODES)
  tenantMode: (typeof TENANT_MODES)[number] = 'any';

  @IsOptional()
  @IsOneOf(MODES)
  mode?: (typeof MODES)[number];

  @IsOptional()
  @IsOneOf(FAILURE_POLICIES)
  failurePolicy?: (typeof FAILURE_POLICIES)[number];

  @IsListOf(() => BindingDto)
  bindings: BindingDto[] = [];
}

export class IssuerDto {
  @IsDirectoryId()
  id!: string;

  @IsHttpsUri()
  uri!: string;

  @IsArray({ message: 'must be a list' })
  @IsHttpsUri({ each: true })
  aliases: string[] = [];

  @IsOneOf(MODES)
  mode: (typeof MODES)[number] = 'enforce';

  @IsOneOf(FAILURE_POLICIES)
  failurePolicy: (typeof FAILURE_POLICIES)[number] = 'omit';

  @IsOneOf(UNRESOLVED_POLICIES)
  onRefused: (typeof UNRESOLVED_POLICIES)[number] = 'stamp';

  @IsOneOf(UNRESOLVED_POLICIES)
  onAmbiguous: (typeof UNRESOLVED_POLICIES)[number] = 'stamp';

  @IsInt({ message: 'must be a whole number of bytes' })
  @Min(256, { message: 'must be at least 256' })
  @Max(65_536, { message: 'must be at most 65536' })
  claimsBudgetBytes: number = 4096;

  @IsInt({ message: 'must be a whole number of days' })
  @Min(1, { message: 'must be at least 1' })
  @Max(3660, { message: 'must be at most 3660' })
  rememberChoiceDays: number = 365;
}

export class OrgDto {
  @IsDirectoryId()
  id!: string;

  @IsHttpsUri({ originOnly: true })
  url!: string;

  @IsListOf(() => IssuerDto)
  issuers: IssuerDto[] = [];

  @IsListOf(() => UserDto)
  users: UserDto[] = [];

  @IsListOf(() => ClientDto)
  clients: ClientDto[] = [];
}

export class FeatureDto {
  @IsFeatureId()
  id!: string;

  @IsOneOf(FEATURE_TYPES)
  type!: (typeof FEATURE_TYPES)[number];

  @IsText({ atLeast: 0 })
  description: string = '';
}

export class PlanDto {
  @IsDirectoryId()
  id!: string;

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1_000_000, { message: 'must be at most 1000000' })
  rank!: number;

  /** Feature id to value; checked against the features' types. */
  @IsObject({ message: 'must be an object of feature ids and values' })
  features: Record<string, unknown> = {};
}

export class SubscriptionDto extends WindowDto {
  @IsDirectoryId()
  id!: string;

  @IsDirectoryId()
  plan!: string;
}

export class GrantDto extends WindowDto {
  @IsDirectoryId()
  id!: string;

  @IsDirectoryId()
  feature!: string;

  /** Checked against the feature's type. */
  @IsDefined({ message: 'must be given' })
  value: unknown;

  @IsText({ atLeast: 1 })
  reason!: string;
}

export class UserGrantDto extends GrantDto {
  @IsDirectoryId()
  org!: string;

  @IsDirectoryId()
  user!: string;
}

export class TenantDto {
  @IsDirectoryId()
  id!: string;

  @IsLine()
  name!: string;

  @IsOneOf(STATUSES)
  status: (typeof STATUSES)[number] = 'active';

  @IsListOf(() => SubscriptionDto)
  subscriptions: SubscriptionDto[] = [];

  @IsListOf(() => GrantDto)
  grants: GrantDto[] = [];

  @IsListOf(() => UserGrantDto)
  userGrants: UserGrantDto[] = [];
}

export class ClaimMappingDto {
  @IsDirectoryId()
  id!: string;

  @IsDirectoryId()
  claim!: string;

  @IsString({ message: 'must be a CEL expression' })
  @Length(1, EXPRESSION_LENGTH_LIMIT, {
    message: `must have 1 to ${String(EXPRESSION_LENGTH_LIMIT)} characters`,
  })
  expression!: string;

  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name at least one token' })
  @ArrayUnique({ message: 'must not repeat a token' })
  @IsIn(['access', 'identity'], { each: true, message: 'must be access or identity' })
  tokens: ('access' | 'identity')[] = ['access'];

  @IsIdList()
  scopes: string[] = [];

  @IsIdList()
  clients: string[] = [];

  @IsIdList()
  grantTypes: string[] = [];

  @IsIdList()
  issuers: string[] = [];

  @IsBoolean({ message: 'must be true or false' })
  required: boolean = false;

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1000, { message: 'must be at most 1000' })
  priority: number = 100;

  @IsBoolean({ message: 'must be true or false' })
  overridesProfileClaim: boolean = false;
}

export class DirectoryFileDto {
  @Equals(1, { message: 'must be 1, the only version of the format' })
  version!: number;

  @IsListOf(() => OrgDto)
  orgs: OrgDto[] = [];

  @IsListOf(() => FeatureDto)
  features: FeatureDto[] = [];

  @IsListOf(() => PlanDto)
  plans: PlanDto[] = [];

  @IsListOf(() => TenantDto)
  tenants: TenantDto[] = [];

  @IsListOf(() => ClaimMappingDto)
  claimMappings: ClaimMappingDto[] = [];
}
