import { IsOptional } from 'class-validator';
import { IsDirectoryId } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class ClaimMappingQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  claim?: string;
}
