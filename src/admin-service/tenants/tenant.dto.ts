import { IsIn, IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsDirectoryId, IsLine } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export const STATUSES = ['active', 'suspended'] as const;
export type Status = (typeof STATUSES)[number];
export const STATUS_MESSAGE = { message: 'must be one of active, suspended' };

export class TenantDto {
  @JSONSchema({ description: 'The product’s own id of its customer: what tokens carry.' })
  @IsDirectoryId()
  id!: string;

  @IsLine()
  name!: string;

  @JSONSchema({ description: 'Nothing of a suspended tenant is stamped.' })
  @IsIn(STATUSES, STATUS_MESSAGE)
  status: Status = 'active';
}

export class TenantQuery extends PageQuery {
  @IsOptional()
  @IsIn(STATUSES, STATUS_MESSAGE)
  status?: Status;
}
