import { IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsFeatureId } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class PlanQuery extends PageQuery {
  @JSONSchema({ description: 'Plans that have a value for this feature.' })
  @IsOptional()
  @IsFeatureId()
  feature?: string;
}
