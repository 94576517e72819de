import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../requests/page-query.dto.js';

const TYPES = ['boolean', 'integer', 'string', 'string_list'] as const;

export class FeatureQuery extends PageQuery {
  @IsOptional()
  @IsIn(TYPES, { message: `must be one of ${TYPES.join(', ')}` })
  type?: (typeof TYPES)[number];
}
