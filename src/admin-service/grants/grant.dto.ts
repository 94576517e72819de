import { IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { GrantDto as FileGrantDto } from '../../directory/files/directory-file.dto.js';
import { IsDirectoryId } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class GrantDto extends FileGrantDto {
  @IsDirectoryId()
  tenant!: string;

  @JSONSchema({
    description: 'With "user": the grant is for that user in the tenant, and not for the tenant.',
  })
  @IsOptional()
  @IsDirectoryId()
  org?: string | null;

  @IsOptional()
  @IsDirectoryId()
  user?: string | null;
}

export class GrantQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;

  @IsOptional()
  @IsDirectoryId()
  org?: string;

  @IsOptional()
  @IsDirectoryId()
  user?: string;

  @IsOptional()
  @IsDirectoryId()
  feature?: string;
}
