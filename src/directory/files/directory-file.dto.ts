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
import { JSONSchema } from 'class-validator-jsonschema';
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

/** A value of some feature; of which type, the feature says. */
const TEXT = { type: 'string' as const, maxLength: 1000 };
const FEATURE_VALUE = {
  anyOf: [
    { type: 'boolean' as const },
    { type: 'integer' as const },
    TEXT,
    { type: 'array' as const, items: TEXT, maxItems: 100 },
  ],
};

const MODES = ['enforce', 'shadow', 'off'] as const;
const FAILURE_POLICIES = ['omit', 'deny'] as const;
const UNRESOLVED_POLICIES = ['stamp', 'deny'] as const;
const STATUSES = ['active', 'suspended'] as const;
const TENANT_MODES = ['fixed', 'choose', 'any'] as const;
const FEATURE_TYPES = ['boolean', 'integer', 'string', 'string_list'] as const;

/** A window is open from `from` (included) until `until` (excluded); both may be left out. */
export class WindowDto {
  @JSONSchema({
    description:
      'Open from this instant on; no bound where it is left out. With an offset, such as 2026-11-22T10:00:00Z.',
  })
  @IsOptional()
  @IsInstant()
  from?: string | null;

  @JSONSchema({ description: 'Closed from this instant on; no bound where it is left out.' })
  @IsOptional()
  @IsInstant()
  until?: string | null;
}

export class MembershipDto extends WindowDto {
  @JSONSchema({ description: 'Id of the tenant.' })
  @IsDirectoryId()
  tenant!: string;

  @JSONSchema({ description: 'Roles in this tenant, as the product calls them.' })
  @IsIdList()
  roles: string[] = [];

  @JSONSchema({ description: 'The tenant where nothing else says which. A user has at most one at a time.' })
  @IsBoolean({ message: 'must be true or false' })
  default: boolean = false;
}

export class BindingDto extends WindowDto {
  @JSONSchema({ description: 'Id of the tenant.' })
  @IsDirectoryId()
  tenant!: string;

  @JSONSchema({ description: 'Roles of machine calls in this tenant.' })
  @IsIdList()
  roles: string[] = [];
}

export class UserDto {
  @JSONSchema({ description: 'Okta’s user id (00u…).' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'A label for people: never a key.' })
  @IsOptional()
  @IsLine()
  login?: string;

  @JSONSchema({ description: 'A suspended user is in no tenant.' })
  @IsOneOf(STATUSES)
  status: (typeof STATUSES)[number] = 'active';

  @JSONSchema({ description: 'The tenants that the user is in.' })
  @IsListOf(() => MembershipDto)
  memberships: MembershipDto[] = [];
}

export class ClientDto {
  @JSONSchema({ description: 'Okta’s client id (0oa…).' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'For people.' })
  @IsLine()
  name!: string;

  @JSONSchema({ description: 'fixed: always its one tenant. choose: one of its tenants. any: every tenant.' })
  @IsOneOf(TENANT_MODES)
  tenantMode: (typeof TENANT_MODES)[number] = 'any';

  @JSONSchema({ description: 'Overrides the issuer’s mode.' })
  @IsOptional()
  @IsOneOf(MODES)
  mode?: (typeof MODES)[number];

  @JSONSchema({ description: 'Overrides the issuer’s failure policy.' })
  @IsOptional()
  @IsOneOf(FAILURE_POLICIES)
  failurePolicy?: (typeof FAILURE_POLICIES)[number];

  @JSONSchema({ description: 'The tenants that the client is for.' })
  @IsListOf(() => BindingDto)
  bindings: BindingDto[] = [];
}

export class IssuerDto {
  @JSONSchema({ description: 'Yours to choose.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'The issuer URI of the authorization server, as in the tokens’ iss.' })
  @IsHttpsUri()
  uri!: string;

  @JSONSchema({ description: 'Other URIs of the same server, such as that of a custom domain.' })
  @IsArray({ message: 'must be a list' })
  @IsHttpsUri({ each: true })
  aliases: string[] = [];

  @JSONSchema({ description: 'enforce stamps, shadow decides and answers nothing, off does not look.' })
  @IsOneOf(MODES)
  mode: (typeof MODES)[number] = 'enforce';

  @JSONSchema({
    description: 'What is answered when a call cannot be stamped: omit no claims, or deny the token.',
  })
  @IsOneOf(FAILURE_POLICIES)
  failurePolicy: (typeof FAILURE_POLICIES)[number] = 'omit';

  @JSONSchema({
    description: 'Where the tenant that was asked for is refused: stamp without tenant, or deny the token.',
  })
  @IsOneOf(UNRESOLVED_POLICIES)
  onRefused: (typeof UNRESOLVED_POLICIES)[number] = 'stamp';

  @JSONSchema({ description: 'Where several tenants are possible: stamp without tenant, or deny the token.' })
  @IsOneOf(UNRESOLVED_POLICIES)
  onAmbiguous: (typeof UNRESOLVED_POLICIES)[number] = 'stamp';

  @JSONSchema({ description: 'How many bytes of JSON the claims may add to a token.' })
  @IsInt({ message: 'must be a whole number of bytes' })
  @Min(256, { message: 'must be at least 256' })
  @Max(65_536, { message: 'must be at most 65536' })
  claimsBudgetBytes: number = 4096;

  @JSONSchema({ description: 'How long the tenant chosen at sign-in is remembered for refreshes.' })
  @IsInt({ message: 'must be a whole number of days' })
  @Min(1, { message: 'must be at least 1' })
  @Max(3660, { message: 'must be at most 3660' })
  rememberChoiceDays: number = 365;
}

export class OrgDto {
  @JSONSchema({ description: 'Yours to choose.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'The org’s own URL, such as https://acme.okta.com.' })
  @IsHttpsUri({ originOnly: true })
  url!: string;

  @JSONSchema({ description: 'Its custom authorization servers.' })
  @IsListOf(() => IssuerDto)
  issuers: IssuerDto[] = [];

  @JSONSchema({ description: 'Its people.' })
  @IsListOf(() => UserDto)
  users: UserDto[] = [];

  @JSONSchema({ description: 'Its OAuth clients.' })
  @IsListOf(() => ClientDto)
  clients: ClientDto[] = [];
}

export class FeatureDto {
  @JSONSchema({ description: 'The name under which its value stands among the entitlements.' })
  @IsFeatureId()
  id!: string;

  @JSONSchema({ description: 'What its values are. string_list: a list of texts.' })
  @IsOneOf(FEATURE_TYPES)
  type!: (typeof FEATURE_TYPES)[number];

  @JSONSchema({ description: 'For people.' })
  @IsText({ atLeast: 0 })
  description: string = '';
}

export class PlanDto {
  @JSONSchema({ description: 'Yours to choose.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'Where two plans have a text for one feature, that of the higher rank counts.' })
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1_000_000, { message: 'must be at most 1000000' })
  rank!: number;

  /** Feature id to value; checked against the features' types. */
  @JSONSchema({ description: 'Feature id to value.', additionalProperties: FEATURE_VALUE })
  @IsObject({ message: 'must be an object of feature ids and values' })
  features: Record<string, unknown> = {};
}

export class SubscriptionDto extends WindowDto {
  @JSONSchema({ description: 'Yours to choose.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'Id of the plan.' })
  @IsDirectoryId()
  plan!: string;
}

export class GrantDto extends WindowDto {
  @JSONSchema({ description: 'Yours to choose.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'Id of the feature.' })
  @IsDirectoryId()
  feature!: string;

  /** Checked against the feature's type. */
  @JSONSchema({ description: 'Replaces the plans’ value. Of the feature’s type.', ...FEATURE_VALUE })
  @IsDefined({ message: 'must be given' })
  value: unknown;

  @JSONSchema({ description: 'Why, for people.' })
  @IsText({ atLeast: 1 })
  reason!: string;
}

export class UserGrantDto extends GrantDto {
  @JSONSchema({ description: 'Id of the user’s org.' })
  @IsDirectoryId()
  org!: string;

  @JSONSchema({ description: 'The user that it is for.' })
  @IsDirectoryId()
  user!: string;
}

export class TenantDto {
  @JSONSchema({ description: 'The product’s own id of the customer.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'For people.' })
  @IsLine()
  name!: string;

  @JSONSchema({ description: 'A suspended tenant grants nothing.' })
  @IsOneOf(STATUSES)
  status: (typeof STATUSES)[number] = 'active';

  @JSONSchema({ description: 'The plans that it has.' })
  @IsListOf(() => SubscriptionDto)
  subscriptions: SubscriptionDto[] = [];

  @JSONSchema({ description: 'Feature values that replace those of its plans.' })
  @IsListOf(() => GrantDto)
  grants: GrantDto[] = [];

  @JSONSchema({ description: 'Feature values for single users in it.' })
  @IsListOf(() => UserGrantDto)
  userGrants: UserGrantDto[] = [];
}

export class ClaimMappingDto {
  @JSONSchema({ description: 'Yours to choose.' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'The name of the claim.' })
  @IsDirectoryId()
  claim!: string;

  @JSONSchema({
    description: 'CEL over tenant, membership, binding, entitlements, user, client, request and selection.',
  })
  @IsString({ message: 'must be a CEL expression' })
  @Length(1, EXPRESSION_LENGTH_LIMIT, {
    message: `must have 1 to ${String(EXPRESSION_LENGTH_LIMIT)} characters`,
  })
  expression!: string;

  @JSONSchema({ description: 'The tokens that get the claim.' })
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name at least one token' })
  @ArrayUnique({ message: 'must not repeat a token' })
  @IsIn(['access', 'identity'], { each: true, message: 'must be access or identity' })
  tokens: ('access' | 'identity')[] = ['access'];

  @JSONSchema({ description: 'Only where one of them is granted.' })
  @IsIdList()
  scopes: string[] = [];

  @JSONSchema({ description: 'Only for these clients.' })
  @IsIdList()
  clients: string[] = [];

  @JSONSchema({ description: 'Only for these grant types.' })
  @IsIdList()
  grantTypes: string[] = [];

  @JSONSchema({ description: 'Only for these issuers, by id.' })
  @IsIdList()
  issuers: string[] = [];

  @JSONSchema({ description: 'No value means no token.' })
  @IsBoolean({ message: 'must be true or false' })
  required: boolean = false;

  @JSONSchema({ description: 'Under a short budget the lowest is dropped first.' })
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1000, { message: 'must be at most 1000' })
  priority: number = 100;

  @JSONSchema({ description: 'Permits the name of a standard profile claim, such as email.' })
  @IsBoolean({ message: 'must be true or false' })
  overridesProfileClaim: boolean = false;
}

export class DirectoryFileDto {
  @JSONSchema({ description: 'The version of the format.' })
  @Equals(1, { message: 'must be 1, the only version of the format' })
  version!: number;

  @JSONSchema({ description: 'Okta orgs, with their issuers, users and clients.' })
  @IsListOf(() => OrgDto)
  orgs: OrgDto[] = [];

  @JSONSchema({ description: 'What tenants may be entitled to.' })
  @IsListOf(() => FeatureDto)
  features: FeatureDto[] = [];

  @JSONSchema({ description: 'Bundles of feature values.' })
  @IsListOf(() => PlanDto)
  plans: PlanDto[] = [];

  @JSONSchema({ description: 'The customers, with what they have.' })
  @IsListOf(() => TenantDto)
  tenants: TenantDto[] = [];

  @JSONSchema({ description: 'Rules that turn facts into claims.' })
  @IsListOf(() => ClaimMappingDto)
  claimMappings: ClaimMappingDto[] = [];
}
