import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsDefined, IsInt, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import type {
  DraftAccessToken,
  DraftToken,
  ProtocolRequest,
  RefreshTokenReference,
  TokenHookRequest,
} from '../okta/token-hook-request.js';

// The members of a token hook request that Mintmark reads, and nothing else: what is not named here may be anything.
// Compiled at start to the JSON Schema that runs on every call. `@IsOptional` allows a member to be absent or null.

class TokenLifetimeDto {
  @IsOptional()
  @IsInt()
  expiration?: number | null;
}

class TokenTimesDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => TokenLifetimeDto)
  lifetime?: TokenLifetimeDto | null;
}

class DraftTokenDto implements DraftToken {
  @IsOptional()
  @IsObject()
  claims?: Record<string, unknown> | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => TokenTimesDto)
  token?: TokenTimesDto | null;
}

class DraftAccessTokenDto extends DraftTokenDto implements DraftAccessToken {
  @IsOptional()
  @IsObject()
  scopes?: Record<string, unknown> | null;
}

class RefreshTokenReferenceDto implements RefreshTokenReference {
  @IsOptional()
  @IsString()
  jti?: string | null;
}

class OriginalGrantDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => RefreshTokenReferenceDto)
  refresh_token?: RefreshTokenReferenceDto | null;
}

class ProtocolRequestDto implements ProtocolRequest {
  @IsOptional()
  @IsString()
  grant_type?: string | null;

  @IsOptional()
  @IsString()
  response_type?: string | null;
}

class IssuerDto {
  @IsString()
  uri!: string;
}

class ClientDto {
  @IsString()
  id!: string;
}

class UserDto {
  @IsOptional()
  @IsString()
  id?: string | null;
}

class ProtocolDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => ProtocolRequestDto)
  request?: ProtocolRequestDto | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => OriginalGrantDto)
  originalGrant?: OriginalGrantDto | null;

  @IsDefined()
  @ValidateNested()
  @Type(() => IssuerDto)
  issuer!: IssuerDto;

  @IsDefined()
  @ValidateNested()
  @Type(() => ClientDto)
  client!: ClientDto;
}

class ContextDto {
  @IsDefined()
  @ValidateNested()
  @Type(() => ProtocolDto)
  protocol!: ProtocolDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => UserDto)
  user?: UserDto | null;
}

class DataDto {
  @IsDefined()
  @ValidateNested()
  @Type(() => ContextDto)
  context!: ContextDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => DraftTokenDto)
  identity?: DraftTokenDto | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => DraftAccessTokenDto)
  access?: DraftAccessTokenDto | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => RefreshTokenReferenceDto)
  refresh_token?: RefreshTokenReferenceDto | null;
}

/** The request class: see `TokenHookRequest` for what the members mean. */
export class TokenHookRequestDto implements TokenHookRequest {
  @IsString()
  eventType!: string;

  @IsDefined()
  @ValidateNested()
  @Type(() => DataDto)
  data!: DataDto;
}

/** Every class that a request is made of. */
export const TOKEN_HOOK_REQUEST_CLASSES: readonly (new () => object)[] = [
  TokenHookRequestDto,
  DataDto,
  ContextDto,
  ProtocolDto,
  ProtocolRequestDto,
  OriginalGrantDto,
  RefreshTokenReferenceDto,
  IssuerDto,
  ClientDto,
  UserDto,
  DraftTokenDto,
  DraftAccessTokenDto,
  TokenTimesDto,
  TokenLifetimeDto,
];
