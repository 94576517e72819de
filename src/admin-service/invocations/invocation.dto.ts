import {
  IsArray,
  IsIn,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsDirectoryId, IsInstant } from '../../directory/files/file-validators.js';
import { OUTCOMES } from '../../invocations/read-invocations.js';
import { PageQuery } from '../requests/page-query.dto.js';

const MODES = ['enforce', 'shadow', 'off'] as const;
const ORDERS = ['newest', 'slowest'] as const;

export class InvocationQueryDto extends PageQuery {
  @JSONSchema({ description: 'Answered from this instant on.' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @JSONSchema({ description: 'Answered before this instant.' })
  @IsOptional()
  @IsInstant()
  until?: string;

  @JSONSchema({ description: 'The id of an issuer.' })
  @IsOptional()
  @IsDirectoryId()
  issuer?: string;

  @IsOptional()
  @IsDirectoryId()
  client?: string;

  @JSONSchema({ description: 'The pseudonym of a user, such as user-3f9a….' })
  @IsOptional()
  @Length(1, 100, { message: 'must be the pseudonym of a user' })
  @Matches(/^user-[0-9a-f]{20}$/, { message: 'must be the pseudonym of a user' })
  user?: string;

  @JSONSchema({ description: 'Calls that were decided for this tenant.' })
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;

  @IsOptional()
  @IsIn(OUTCOMES, { message: `must be one of ${OUTCOMES.join(', ')}` })
  outcome?: (typeof OUTCOMES)[number];

  @IsOptional()
  @IsIn(MODES, { message: `must be one of ${MODES.join(', ')}` })
  mode?: (typeof MODES)[number];

  @JSONSchema({ description: 'Which come first.' })
  @IsOptional()
  @IsIn(ORDERS, { message: `must be one of ${ORDERS.join(', ')}` })
  order: (typeof ORDERS)[number] = 'newest';
}

/** An answer: one recorded call. */
export class InvocationSummaryDto {
  @IsString()
  id!: string;

  @IsInstant()
  at!: string;

  @IsString()
  issuer!: string;

  @IsString()
  client!: string;

  @JSONSchema({ description: 'A pseudonym: the same one for the same person, as long as the key stays.' })
  @IsOptional()
  @IsString()
  user?: string | null;

  @IsOptional()
  @IsString()
  tenant?: string | null;

  @IsOptional()
  @IsString()
  grantType?: string | null;

  @IsOptional()
  @IsIn(MODES)
  mode?: string | null;

  @IsIn(OUTCOMES)
  outcome!: string;

  @IsOptional()
  @IsString()
  reason?: string | null;

  @JSONSchema({ description: 'What was decided, whether or not the mode answers so.' })
  @IsOptional()
  @IsIn(['patch', 'unchanged', 'deny'])
  decision?: string | null;

  @IsOptional()
  @IsString()
  selection?: string | null;

  @JSONSchema({ description: 'From the arrival of the headers to the answer.' })
  @IsNumber()
  durationMs!: number;
}

class RecordedStepDto {
  @IsString()
  step!: string;

  @IsNumber()
  ms!: number;
}

class RecordedFactsDto {
  @IsString()
  origin!: string;

  @IsNumber()
  ageMs!: number;
}

/** An answer: one recorded call with all that is known of it. */
export class InvocationDto extends InvocationSummaryDto {
  @JSONSchema({
    description: 'What the hook was sent, with people replaced by pseudonyms; null where it was too large.',
  })
  @IsOptional()
  @IsObject()
  payload?: object | null;

  @JSONSchema({ description: 'What was answered.' })
  @IsOptional()
  @IsObject()
  answer?: object | null;

  @JSONSchema({ description: 'What mode enforce would have answered, where that is something else.' })
  @IsOptional()
  @IsObject()
  wouldAnswer?: object;

  @JSONSchema({ description: 'How the decision came about; null where there is none.' })
  @IsOptional()
  @IsObject()
  trace?: object | null;

  @IsOptional()
  @IsString()
  detail?: string | null;

  @JSONSchema({ description: 'The credential of the caller.' })
  @IsString()
  credentialId!: string;

  @IsOptional()
  @IsString()
  traceId?: string | null;

  @JSONSchema({ description: 'Claims that did not fit into the budget.' })
  @IsArray()
  @IsString({ each: true })
  dropped!: string[];

  @JSONSchema({ description: 'Where the facts came from, and how old they were.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => RecordedFactsDto)
  facts?: RecordedFactsDto | null;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RecordedStepDto)
  steps!: RecordedStepDto[];
}
