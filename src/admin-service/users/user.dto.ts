import { IsIn, IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsDirectoryId, IsLine } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';
import { STATUSES, STATUS_MESSAGE, type Status } from '../tenants/tenant.dto.js';

export class UserDto {
  @IsDirectoryId()
  org!: string;

  @JSONSchema({ description: 'Okta’s id of the user: 00u….' })
  @IsDirectoryId()
  id!: string;

  @JSONSchema({ description: 'A label for people: it is renamed and given to others, and never a key.' })
  @IsOptional()
  @IsLine()
  login?: string | null;

  @JSONSchema({ description: 'Nothing is stamped for a suspended user.' })
  @IsIn(STATUSES, STATUS_MESSAGE)
  status: Status = 'active';
}

export class UserQuery extends PageQuery {
  @IsOptional()
  @IsDirectoryId()
  org?: string;

  @JSONSchema({ description: 'Exactly this login.' })
  @IsOptional()
  @IsLine()
  login?: string;

  @IsOptional()
  @IsIn(STATUSES, STATUS_MESSAGE)
  status?: Status;

  @JSONSchema({ description: 'Members of this tenant.' })
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;
}
