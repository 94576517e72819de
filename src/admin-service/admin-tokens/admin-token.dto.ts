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
import { IsInstant, IsLine } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

const SCOPES_DESCRIPTION =
  'directory:read, directory:write, mappings:write or credentials:write, each for everything, or for one tenant with its ' +
  'percent-encoded id behind: directory:read:acme.';

export class CreateAdminTokenDto {
  @JSONSchema({ description: 'What it is for.' })
  @IsLine()
  label!: string;

  @JSONSchema({ description: SCOPES_DESCRIPTION })
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must have at least 1 entry' })
  @ArrayMaxSize(100, { message: 'must have at most 100 entries' })
  @ArrayUnique({ message: 'must not repeat an entry' })
  @IsString({ each: true, message: 'must be a list of scopes' })
  scopes!: string[];

  @JSONSchema({ description: 'When it ends; never where it is left out.' })
  @IsOptional()
  @IsInstant()
  expiresAt?: string | null;
}

/** An answer: a token without its secret. */
export class AdminTokenDto {
  @IsString()
  id!: string;

  @IsString()
  label!: string;

  @JSONSchema({ description: SCOPES_DESCRIPTION })
  @IsString({ each: true })
  scopes!: string[];

  @JSONSchema({ description: 'The actor that made it.' })
  @IsString()
  createdBy!: string;

  @IsInstant()
  createdAt!: string;

  @IsOptional()
  @IsInstant()
  expiresAt?: string | null;

  @IsOptional()
  @IsInstant()
  revokedAt?: string | null;
}

/** An answer: a token that was just made. */
export class NewAdminTokenDto extends AdminTokenDto {
  @JSONSchema({
    description: 'The token itself: shown here, and never again. Null in the answer to a repeated request.',
  })
  @IsOptional()
  @IsString()
  token?: string | null;
}

export class AdminTokenQuery extends PageQuery {
  @JSONSchema({ description: 'Only tokens that are in force, or only those that are not.' })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  inForce?: 'true' | 'false';
}
