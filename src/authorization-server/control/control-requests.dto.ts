import 'reflect-metadata';
import { IsArray, IsIn, IsInt, IsISO8601, IsOptional, IsString, Max, Min, ValidateIf } from 'class-validator';
import type { MintRequest } from './mint-request.js';

/** A hundred years, in milliseconds. */
const LONGEST_LEAP_MS = 100 * 366 * 24 * 3_600_000;

/** Moves the clock: on by so many milliseconds, or to an instant at which it stands still. */
export class MoveClockDto {
  @IsOptional()
  @IsInt()
  @Min(-LONGEST_LEAP_MS)
  @Max(LONGEST_LEAP_MS)
  advanceMs?: number;

  @IsOptional()
  @IsISO8601({ strict: true })
  freezeAt?: string;
}

export class RotateKeysDto {
  @IsString()
  server: string = '';
}

export class CreateSessionDto {
  /** An id or a login. */
  @IsString()
  user: string = '';
}

export class SignInDto {
  /** An id or a login; null signs nobody in. */
  @ValidateIf((_dto, value) => value !== null)
  @IsString()
  user: string | null = null;
}

export class MintDto implements MintRequest {
  @IsString()
  client: string = '';

  @IsOptional()
  @IsString()
  user?: string;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  scopes?: string[];

  @IsIn(['client_credentials', 'authorization_code', 'refresh_token'])
  grant: MintRequest['grant'] = 'client_credentials';

  @IsOptional()
  @IsString()
  tenantHint?: string;

  @IsOptional()
  @IsString()
  server?: string;

  @IsOptional()
  @IsString()
  refreshToken?: string;
}
