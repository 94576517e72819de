import { IsOptional } from 'class-validator';
import { SubscriptionDto as FileSubscriptionDto } from '../../directory/files/directory-file.dto.js';
import { IsDirectoryId } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class SubscriptionDto extends FileSubscriptionDto {
  @IsDirectoryId()
  tenant!: string;
}

export class SubscriptionQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;

  @IsOptional()
  @IsDirectoryId()
  plan?: string;
}
