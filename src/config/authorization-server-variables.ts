import 'reflect-metadata';
import { IsIn, IsOptional, IsString, Length, Matches, MinLength } from 'class-validator';
import { IsWholeNumber } from './variables.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/** What the mini authorization server needs, started on its own. Its certificate is where that of the hook service would be. */
export class AuthorizationServerVariables {
  /** It mints anything for anyone: no other machine may reach it. */
  @IsIn(['127.0.0.1', '::1', 'localhost'], { message: 'must be 127.0.0.1, ::1 or localhost' })
  MINTMARK_AUTHORIZATION_SERVER_HOST: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  MINTMARK_AUTHORIZATION_SERVER_PORT: number = 8081;

  @Length(1, 4096, { message: 'must be the path of a YAML file' })
  MINTMARK_AUTHORIZATION_SERVER_ORG_FILE?: string;

  /** What issuers begin with, where that is not the address. */
  @IsOptional()
  @Matches(/^https?:\/\/[A-Za-z0-9.[\]:-]{1,253}$/, { message: 'must be a URL of the form https://host' })
  MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL?: string;

  /** Without it nobody can control the emulator over HTTP. */
  @IsOptional()
  @MinLength(16, { message: 'must have at least 16 characters' })
  MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN?: string;

  /** The CA that the hook's certificate is checked with, besides the usual ones. */
  @IsOptional()
  @IsString({ message: 'must be the path of a PEM file' })
  MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE?: string;

  @IsOptional()
  @IsString({ message: 'must be the path of a PEM file' })
  MINTMARK_TLS_CERT_FILE?: string;

  @IsOptional()
  @IsString({ message: 'must be the path of a PEM file' })
  MINTMARK_TLS_KEY_FILE?: string;

  @IsIn(LEVELS, { message: `must be ${LEVELS.slice(0, -1).join(', ')} or silent` })
  MINTMARK_LOG_LEVEL: string = 'info';
}
