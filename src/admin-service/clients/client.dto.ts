import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { BindingDto } from '../../directory/files/directory-file.dto.js';
import { COVERS_LIMIT } from '../../directory/facts/facts-query.js';
import { IsDirectoryId, IsLine } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

const TENANT_MODES = ['fixed', 'choose', 'any'] as const;
const TENANT_MODE_MESSAGE = { message: 'must be one of fixed, choose, any' };
const MODES = ['enforce', 'shadow', 'off'] as const;
const MODE_MESSAGE = { message: 'must be one of enforce, shadow, off' };

/** A binding where it is part of its client. */
class OwnBindingDto extends BindingDto {}

export class ClientDto {
  @IsDirectoryId()
  org!: string;

  @JSONSchema({ description: 'Okta’s id of the client: 0oa….' })
  @IsDirectoryId()
  id!: string;

  @IsLine()
  name!: string;

  @JSONSchema({
    description:
      'A "fixed" client has exactly one binding; "choose" narrows to its bindings; "any" does not narrow.',
  })
  @IsIn(TENANT_MODES, TENANT_MODE_MESSAGE)
  tenantMode: (typeof TENANT_MODES)[number] = 'any';

  @JSONSchema({ description: 'Overrides its issuer’s.' })
  @IsOptional()
  @IsIn(MODES, MODE_MESSAGE)
  mode?: (typeof MODES)[number] | null;

  @JSONSchema({ description: 'Overrides its issuer’s.' })
  @IsOptional()
  @IsIn(['omit', 'deny'], { message: 'must be one of omit, deny' })
  failurePolicy?: 'omit' | 'deny' | null;

  @JSONSchema({
    description: 'All bindings of the client; where the member is left out, they stay as they are.',
  })
  @IsOptional()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(COVERS_LIMIT, { message: `must have at most ${String(COVERS_LIMIT)} entries` })
  @IsObject({ each: true, message: 'must be a list of objects' })
  @ArrayUnique((binding: OwnBindingDto | null) => binding?.tenant, { message: 'must not repeat a tenant' })
  @ValidateNested({ each: true, message: 'must be a list of objects' })
  @Type(() => OwnBindingDto)
  bindings?: OwnBindingDto[];
}

export class ClientQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  org?: string;

  @IsOptional()
  @IsIn(TENANT_MODES, TENANT_MODE_MESSAGE)
  tenantMode?: (typeof TENANT_MODES)[number];

  @IsOptional()
  @IsIn(MODES, MODE_MESSAGE)
  mode?: (typeof MODES)[number];

  @JSONSchema({ description: 'Bound to this tenant.' })
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;
}
