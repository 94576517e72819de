import 'reflect-metadata';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { DatabaseVariables, IsWholeNumber } from './variables.js';

const HOST = /^[A-Za-z0-9._:-]{1,253}$/;
const HOST_MESSAGE = 'must be a host name or an IP address';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/** What the admin API needs besides the data. Its certificate is where that of the hook service would be. */
export class AdminVariables extends DatabaseVariables {
  @Matches(HOST, { message: HOST_MESSAGE })
  MINTMARK_ADMIN_HOST: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  MINTMARK_ADMIN_PORT: number = 8082;

  @Matches(HOST, { message: HOST_MESSAGE })
  MINTMARK_ADMIN_OPS_HOST: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  MINTMARK_ADMIN_OPS_PORT: number = 9465;

  @IsIn(LEVELS, { message: `must be ${LEVELS.slice(0, -1).join(', ')} or silent` })
  MINTMARK_LOG_LEVEL: string = 'info';

  @IsOptional()
  @IsString({ message: 'must be the path of a PEM file' })
  MINTMARK_TLS_CERT_FILE?: string;

  @IsOptional()
  @IsString({ message: 'must be the path of a PEM file' })
  MINTMARK_TLS_KEY_FILE?: string;

  @IsWholeNumber(1, 3_600)
  MINTMARK_TLS_RELOAD_SECONDS: number = 10;

  @IsWholeNumber(0, 60)
  MINTMARK_DRAIN_SECONDS: number = 5;
}

/** The same checks as for callers of the hook; which scopes a token gives is in the token. */
export const ADMIN_BEARER_VARIABLES = [
  'MINTMARK_ADMIN_BEARER_ISSUER',
  'MINTMARK_ADMIN_BEARER_AUDIENCE',
  'MINTMARK_ADMIN_BEARER_CLIENT_IDS',
  'MINTMARK_ADMIN_BEARER_ALGORITHMS',
  'MINTMARK_ADMIN_BEARER_JWKS_URI',
  'MINTMARK_ADMIN_BEARER_JWKS_FILE',
  'MINTMARK_ADMIN_BEARER_CA_FILE',
] as const;
