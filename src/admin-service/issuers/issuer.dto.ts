import { IsIn, IsOptional } from 'class-validator';
import { IssuerDto as FileIssuerDto } from '../../directory/files/directory-file.dto.js';
import { IsDirectoryId, IsHttpsUri } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class IssuerDto extends FileIssuerDto {
  @IsDirectoryId()
  org!: string;
}

export class IssuerQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  org?: string;

  /** Its own, or an alias. */
  @IsOptional()
  @IsHttpsUri()
  uri?: string;

  @IsOptional()
  @IsIn(['enforce', 'shadow', 'off'], { message: 'must be one of enforce, shadow, off' })
  mode?: 'enforce' | 'shadow' | 'off';
}
