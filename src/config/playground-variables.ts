import 'reflect-metadata';
import { IsIn, IsOptional, Length } from 'class-validator';
import { HookVariables, IsWholeNumber } from './variables.js';

/** The hook's variables, and those of the mini authorization server beside it. */
export class PlaygroundVariables extends HookVariables {
  /** It mints anything for anyone: no other machine may reach it. */
  @IsIn(['127.0.0.1', '::1', 'localhost'], { message: 'must be 127.0.0.1, ::1 or localhost' })
  MINTMARK_AUTHORIZATION_SERVER_HOST: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  MINTMARK_AUTHORIZATION_SERVER_PORT: number = 8081;

  /** The sample org where it is not set. */
  @IsOptional()
  @Length(1, 4096, { message: 'must be the path of a YAML file' })
  MINTMARK_AUTHORIZATION_SERVER_ORG_FILE?: string;
}
