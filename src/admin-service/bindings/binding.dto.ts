import { IsOptional } from 'class-validator';
import { BindingDto as FileBindingDto } from '../../directory/files/directory-file.dto.js';
import { IsDirectoryId } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class BindingDto extends FileBindingDto {
  @IsDirectoryId()
  org!: string;

  @IsDirectoryId()
  client!: string;
}

export class BindingQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  org?: string;

  @IsOptional()
  @IsDirectoryId()
  client?: string;

  @IsOptional()
  @IsDirectoryId()
  tenant?: string;
}
