import { IsOptional, Length } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsWholeNumber } from '../../config/variables.js';

/** The most records of one page. */
const PAGE_LIMIT = 500;

/** How much of a list, and from where on. */
export class PageQuery {
  @JSONSchema({ description: 'How many records at the most.', type: 'integer', default: 50 })
  @IsOptional()
  @IsWholeNumber(1, PAGE_LIMIT)
  limit: number = 50;

  @JSONSchema({ description: 'The "nextCursor" of the page before.' })
  @IsOptional()
  @Length(1, 8 * 1024, { message: 'must be a "nextCursor" of this list' })
  cursor?: string;
}
