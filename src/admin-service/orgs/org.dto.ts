import { IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsDirectoryId, IsHttpsUri } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

export class OrgDto {
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'Such as https://acme.okta.com.' })
  @IsHttpsUri({ originOnly: true })
  url!: string;
}

export class OrgQuery extends PageQuery {
  @IsOptional()
  @IsHttpsUri({ originOnly: true })
  url?: string;
}
