import 'reflect-metadata';
import { IsArray, IsIn, IsString, ValidateIf } from 'class-validator';
import { IsInstant, IsIntegerFrom, MayBeLeftOut } from '../org/file-decorators.js';
import type { MintRequest } from './mint-request.js';

/** A hundred years, in milliseconds. */
const LONGEST_LEAP_MS = 100 * 366 * 24 * 3_600_000;

/** Moves the clock: on by so many milliseconds, or to an instant at which it stands still. */
export class MoveClockDto {
  @MayBeLeftOut()
  @IsIntegerFrom(-LONGEST_LEAP_MS, LONGEST_LEAP_MS)
  advanceMs?: number;

  @MayBeLeftOut()
  @IsInstant()
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

  @MayBeLeftOut()
  @IsString()
  user?: string;

  @MayBeLeftOut()
  @IsArray()
  @IsString({ each: true })
  scopes?: string[];

  @IsIn(['client_credentials', 'authorization_code', 'refresh_token', 'password'])
  grant: MintRequest['grant'] = 'client_credentials';

  @MayBeLeftOut()
  @IsString()
  password?: string;

  @MayBeLeftOut()
  @IsString()
  tenantHint?: string;

  @MayBeLeftOut()
  @IsString()
  server?: string;

  @MayBeLeftOut()
  @IsString()
  refreshToken?: string;
}
