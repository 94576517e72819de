import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { FACT_LIST_LIMIT } from '../../claims/expression-cost.js';

/** Sample facts are texts of people's own making. */
function IsSampleText(): PropertyDecorator {
  return (target, property) => {
    IsString({ message: 'must be text' })(target, property);
    MaxLength(1_000, { message: 'must have at most 1000 characters' })(target, property);
  };
}

function IsSampleList(): PropertyDecorator {
  return (target, property) => {
    IsArray({ message: 'must be a list' })(target, property);
    ArrayMaxSize(FACT_LIST_LIMIT, { message: `must have at most ${String(FACT_LIST_LIMIT)} entries` })(
      target,
      property,
    );
    IsString({ each: true, message: 'must be a list of texts' })(target, property);
  };
}

class SampleTenantDto {
  @IsSampleText()
  id: string = 'acme';

  @IsSampleText()
  name: string = 'Acme';
}

class SampleMembershipDto {
  @IsSampleList()
  roles: string[] = ['member'];

  @IsBoolean({ message: 'must be true or false' })
  default: boolean = false;
}

class SampleBindingDto {
  @IsSampleList()
  roles: string[] = ['service'];
}

class SampleUserDto {
  @IsSampleText()
  id: string = '00u1s2a3MpLeUsEr1d7';

  @IsOptional()
  @IsSampleText()
  login?: string | null;
}

class SampleClientDto {
  @IsSampleText()
  id: string = '0oa1s2a3MpLeClIeN1d7';

  @IsSampleText()
  name: string = 'Sample client';

  @IsIn(['fixed', 'choose', 'any'], { message: 'must be one of fixed, choose, any' })
  mode: string = 'any';
}

class SampleRequestDto {
  @IsSampleList()
  scopes: string[] = ['openid'];

  @IsSampleText()
  grantType: string = 'authorization_code';

  @IsSampleText()
  issuer: string = 'https://login.example.com/oauth2/default';
}

/** What an expression reads. What is left out has a sample value; null means that there is none. */
export class SampleFactsDto {
  @IsOptional()
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleTenantDto)
  tenant: SampleTenantDto | null = new SampleTenantDto();

  @IsOptional()
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleMembershipDto)
  membership: SampleMembershipDto | null = new SampleMembershipDto();

  @JSONSchema({ description: 'Only machine calls have one.' })
  @IsOptional()
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleBindingDto)
  binding?: SampleBindingDto | null;

  @JSONSchema({ description: 'Feature id to value.' })
  @IsObject({ message: 'must be an object of feature ids and values' })
  entitlements: Record<string, unknown> = {};

  @IsOptional()
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleUserDto)
  user: SampleUserDto | null = new SampleUserDto();

  @IsObject({ message: 'must be an object' })
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleClientDto)
  client: SampleClientDto = new SampleClientDto();

  @IsObject({ message: 'must be an object' })
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleRequestDto)
  request: SampleRequestDto = new SampleRequestDto();

  @IsIn(['bound', 'hinted', 'remembered', 'only', 'default', 'ambiguous', 'none', 'refused'], {
    message: 'must be one of bound, hinted, remembered, only, default, ambiguous, none, refused',
  })
  selection: string = 'only';
}

/** A mapping that is not saved: as much of it as there is. */
export class ValidateMappingDto {
  @IsString({ message: 'must be a CEL expression' })
  @Length(1, 10_000, { message: 'must have 1 to 10000 characters' })
  expression!: string;

  @JSONSchema({ description: 'The name of the claim, where that is to be checked, too.' })
  @IsOptional()
  @IsString({ message: 'must be the name of a claim' })
  @MaxLength(1_000, { message: 'must have at most 1000 characters' })
  claim?: string;

  @IsBoolean({ message: 'must be true or false' })
  overridesProfileClaim: boolean = false;

  @IsObject({ message: 'must be an object' })
  @ValidateNested({ message: 'must be an object' })
  @Type(() => SampleFactsDto)
  facts: SampleFactsDto = new SampleFactsDto();
}

/** An answer: whether a mapping may be saved, and what it would give. */
export class MappingVerdictDto {
  @IsBoolean()
  valid!: boolean;

  @JSONSchema({ description: 'Everything that is wrong with it, in words.' })
  @IsString({ each: true })
  problems!: string[];

  @JSONSchema({
    description: 'The type of the claim, as CEL has it; null where the expression does not compile.',
  })
  @IsOptional()
  @IsString()
  type?: string | null;

  @JSONSchema({ description: 'How many steps it may take at the most.' })
  @IsOptional()
  @IsInt()
  cost?: number | null;

  @JSONSchema({
    description: 'What it gives for the sample facts: { "kind": "value", "value": … } or why nothing.',
  })
  @IsOptional()
  @IsObject()
  evaluation?: object | null;
}
