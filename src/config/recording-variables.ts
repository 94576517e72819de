import 'reflect-metadata';
import { IsOptional, Length, Matches } from 'class-validator';
import { IsWholeNumber } from './variables.js';

/** What is recorded of hook calls. Nothing is, unless issuers are named: see `checkRecording`. */
export class RecordingVariables {
  /** Ids of the directory, with commas between them, or `*` for every issuer. */
  @IsOptional()
  @Matches(/^(?:\*|[^\s,*]{1,255}(?: *, *[^\s,*]{1,255}){0,99})$/, {
    message: 'must be * or 1 to 100 issuer ids, with commas between them',
  })
  MINTMARK_RECORD_ISSUERS?: string;

  /** Key of the pseudonyms that stand for people: the same one gives the same ones, on every replica and for ever. */
  @IsOptional()
  @Length(32, 1024, { message: 'must have 32 to 1024 characters' })
  MINTMARK_RECORD_KEY?: string;

  /** The share of calls that is recorded. */
  @Matches(/^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/, { message: 'must be a number from 0 to 1' })
  MINTMARK_RECORD_RATIO: string = '1';

  @IsWholeNumber(1, 365)
  MINTMARK_RECORD_DAYS: number = 7;

  /** How many recordings are kept at the most; the oldest go first. */
  @IsWholeNumber(1_000, 100_000_000)
  MINTMARK_RECORD_CALLS: number = 1_000_000;

  /** What is larger is recorded without request and answer. */
  @IsWholeNumber(1, 256)
  MINTMARK_RECORD_CALL_KB: number = 64;

  /** Memory for recordings that are not written yet; what goes beyond is dropped. */
  @IsWholeNumber(1, 256)
  MINTMARK_RECORD_BUFFER_MB: number = 16;
}

/** All of them: those without a default are no members of a new instance. */
export const RECORDING_VARIABLES = [
  'MINTMARK_RECORD_ISSUERS',
  'MINTMARK_RECORD_KEY',
  'MINTMARK_RECORD_RATIO',
  'MINTMARK_RECORD_DAYS',
  'MINTMARK_RECORD_CALLS',
  'MINTMARK_RECORD_CALL_KB',
  'MINTMARK_RECORD_BUFFER_MB',
] as const;
