import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsDirectoryId, IsInstant, IsLine } from '../../directory/files/file-validators.js';
import { IsHeaderName } from './is-header-name.js';

const POLICIES = ['omit', 'deny'] as const;

/** How a caller of the hook proves itself, and what it may speak for. */
export class CreateHookCredentialDto {
  @JSONSchema({ description: 'A secret in a header, or tokens of an OAuth client.' })
  @IsIn(['header', 'bearer'], { message: 'must be one of header, bearer' })
  scheme: 'header' | 'bearer' = 'header';

  @JSONSchema({ description: 'What it is for.' })
  @IsLine()
  label!: string;

  @JSONSchema({ description: 'The header that the secret comes in; "authorization" where it is left out.' })
  @IsOptional()
  @IsHeaderName()
  headerName?: string;

  @JSONSchema({ description: 'The client whose tokens are accepted; for scheme "bearer".' })
  @IsOptional()
  @IsDirectoryId()
  clientId?: string;

  @JSONSchema({ description: 'Issuers that the caller may speak for.' })
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name at least one issuer' })
  @ArrayMaxSize(100, { message: 'must have at most 100 entries' })
  @ArrayUnique({ message: 'must not repeat an entry' })
  @IsDirectoryId({ each: true })
  issuers!: string[];

  @JSONSchema({ description: 'The answer to calls that cannot be stamped.' })
  @IsIn(POLICIES, { message: 'must be one of omit, deny' })
  failurePolicy: (typeof POLICIES)[number] = 'omit';

  @IsOptional()
  @IsInstant()
  expiresAt?: string | null;
}

/** An answer: a credential without its secret. */
export class HookCredentialDto {
  @IsString()
  id!: string;

  @IsIn(['header', 'bearer'])
  scheme!: string;

  @IsString()
  label!: string;

  @IsOptional()
  @IsString()
  headerName?: string | null;

  @IsOptional()
  @IsString()
  clientId?: string | null;

  @IsString({ each: true })
  issuers!: string[];

  @IsIn(POLICIES)
  failurePolicy!: string;

  @IsInstant()
  createdAt!: string;

  @IsOptional()
  @IsInstant()
  expiresAt?: string | null;

  @IsOptional()
  @IsInstant()
  revokedAt?: string | null;
}

/** An answer: a credential that was just made. */
export class NewHookCredentialDto extends HookCredentialDto {
  @JSONSchema({
    description:
      'The secret: shown here, and never again. Null for scheme "bearer", and in the answer to a repeated request.',
  })
  @IsOptional()
  @IsString()
  secret?: string | null;
}
