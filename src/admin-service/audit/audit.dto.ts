import { IsIn, IsObject, IsOptional, IsString, Length, Matches } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { AUDIT_NOUNS, type AuditNoun, type AuditRecord } from '../../directory/audit/read-audit.js';
import { IsDirectoryId, IsInstant } from '../../directory/files/file-validators.js';
import { PageQuery } from '../requests/page-query.dto.js';

const ACTIONS = ['create', 'change', 'remove'] as const;

export class AuditQueryDto extends PageQuery {
  @JSONSchema({ description: 'Such as token:at_…, client:0oa…, cli:root or sql:mintmark.' })
  @IsOptional()
  @Length(1, 300, { message: 'must have 1 to 300 characters' })
  @Matches(/^\P{Cc}*$/u, { message: 'must not have control characters' })
  actor?: string;

  @IsOptional()
  @IsIn(AUDIT_NOUNS, { message: `must be one of ${AUDIT_NOUNS.join(', ')}` })
  noun?: AuditNoun;

  @JSONSchema({
    description:
      'The key of one record, as its path has it, such as "acme/00u…/blue" for a membership. Needs "noun".',
  })
  @IsOptional()
  @Length(1, 8 * 1024, { message: 'must be the key of a record' })
  id?: string;

  @JSONSchema({ description: 'Changes of what belongs to this tenant.' })
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;

  @IsOptional()
  @IsIn(ACTIONS, { message: `must be one of ${ACTIONS.join(', ')}` })
  action?: AuditRecord['action'];

  @JSONSchema({ description: 'From this instant on.' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @JSONSchema({ description: 'Before this instant.' })
  @IsOptional()
  @IsInstant()
  until?: string;
}

/** An answer: one change of one row. */
export class AuditRecordDto {
  @IsString()
  id!: string;

  @IsInstant()
  at!: string;

  @IsString()
  actor!: string;

  @IsString()
  noun!: string;

  @JSONSchema({ description: 'The columns of the row’s key.' })
  @IsObject()
  key!: object;

  @IsOptional()
  @IsString()
  tenant?: string | null;

  @IsIn(ACTIONS)
  action!: string;

  @JSONSchema({
    description: 'The row as it was. Names, logins and hashes are withheld: only that they changed is known.',
  })
  @IsOptional()
  @IsObject()
  before?: object | null;

  @IsOptional()
  @IsObject()
  after?: object | null;
}
