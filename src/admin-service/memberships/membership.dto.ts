import { IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MembershipDto as FileMembershipDto } from '../../directory/files/directory-file.dto.js';
import { IsDirectoryId } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class MembershipDto extends FileMembershipDto {
  @IsDirectoryId()
  org!: string;

  @IsDirectoryId()
  user!: string;
}

export class MembershipQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  org?: string;

  @IsOptional()
  @IsDirectoryId()
  user?: string;

  @IsOptional()
  @IsDirectoryId()
  tenant?: string;

  @JSONSchema({ description: 'Memberships with this role.' })
  @IsOptional()
  @IsDirectoryId()
  role?: string;
}
