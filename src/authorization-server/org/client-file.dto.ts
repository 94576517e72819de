import 'reflect-metadata';
import { Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { GRANT_TYPES } from '../../okta/grant-types.js';
import {
  IsActiveStatus,
  IsIntegerFrom,
  IsListOf,
  IsListOfSome,
  IsName,
  IsObjectOf,
  IsOneOf,
  IsRedirectUriList,
  IsTextLike,
  IsTrueOrFalse,
  MayBeLeftOut,
} from './file-decorators.js';
import type { ActiveStatus, ApplicationType, Client, ClientAuthenticationMethod } from './org.js';

const APPLICATION_TYPES: readonly ApplicationType[] = ['web', 'browser', 'native', 'service'];
const AUTHENTICATION_METHODS: readonly ClientAuthenticationMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
];
const RESPONSE_TYPES = ['code', 'token', 'id_token'] as const;
const CONSENT_METHODS: readonly Client['consentMethod'][] = ['TRUSTED', 'REQUIRED'];
const ROTATION_TYPES: readonly Client['refreshToken']['rotationType'][] = ['ROTATE', 'STATIC'];

export class RefreshTokenDto {
  /** Left out, `ROTATE` for browser applications and `STATIC` for others (section 3.3). */
  @MayBeLeftOut()
  @IsOneOf(ROTATION_TYPES)
  rotationType?: Client['refreshToken']['rotationType'];

  @IsIntegerFrom(0, 60)
  leewaySeconds: number = 30;
}

/** Who uses the app by name: its id or login, and the profile in the app. */
export class AppUserDto {
  @IsName()
  user!: string;

  /** Left out, the login. */
  @MayBeLeftOut()
  @IsName()
  userName?: string;

  @IsObject({ message: 'must be an object' })
  profile: Record<string, unknown> = {};
}

/** A group whose members use the app: its id or name, and the profile that they have in the app. */
export class AppGroupDto {
  @IsName()
  group!: string;

  @IsObject({ message: 'must be an object' })
  profile: Record<string, unknown> = {};
}

export class AssignmentsDto {
  /** A name alone will do for a user. */
  @Transform(({ value }: { readonly value: unknown }) =>
    Array.isArray(value) ? value.map(asAppUser) : value,
  )
  @IsListOf(() => AppUserDto)
  users: AppUserDto[] = [];

  /** A name alone will do for a group, too. */
  @Transform(({ value }: { readonly value: unknown }) =>
    Array.isArray(value) ? value.map(asAppGroup) : value,
  )
  @IsListOf(() => AppGroupDto)
  groups: AppGroupDto[] = [];
}

function asAppUser(entry: unknown): unknown {
  return typeof entry === 'string' ? Object.assign(new AppUserDto(), { user: entry }) : entry;
}

function asAppGroup(entry: unknown): unknown {
  return typeof entry === 'string' ? Object.assign(new AppGroupDto(), { group: entry }) : entry;
}

export class ClientDto {
  /** The client id (section 9.3). */
  @IsTextLike(/^(?!ALL_CLIENTS$)[A-Za-z0-9$\-_.+!*'(),]{6,100}$/, {
    wanted: "a client id: 6 to 100 of letters, digits and $-_.+!*'(),",
  })
  id!: string;

  @IsName()
  label!: string;

  @IsActiveStatus()
  status: ActiveStatus = 'ACTIVE';

  @IsOneOf(APPLICATION_TYPES)
  applicationType: ApplicationType = 'web';

  /** Left out, `none` for browser and native applications, `private_key_jwt` where there are keys but no secret. */
  @MayBeLeftOut()
  @IsOneOf(AUTHENTICATION_METHODS)
  authenticationMethod?: ClientAuthenticationMethod;

  @MayBeLeftOut()
  @IsTextLike(/^[\x20-\x7E]{14,100}$/, { wanted: 'a secret of 14 to 100 printable ASCII characters' })
  secret?: string;

  /** A JSON Web Key Set of public keys. */
  @MayBeLeftOut()
  @IsObject({ message: 'must be an object with a list "keys"' })
  jwks?: Record<string, unknown>;

  @IsRedirectUriList()
  redirectUris: string[] = [];

  @IsRedirectUriList()
  postLogoutRedirectUris: string[] = [];

  /** Left out, `client_credentials` for services and `authorization_code` for others. */
  @MayBeLeftOut()
  @IsListOfSome([...GRANT_TYPES])
  grantTypes?: string[];

  /** Left out, `token` for services and `code` for others. */
  @MayBeLeftOut()
  @IsListOfSome(RESPONSE_TYPES)
  responseTypes?: string[];

  /** Left out, true for public clients. */
  @MayBeLeftOut()
  @IsTrueOrFalse()
  pkceRequired?: boolean;

  @IsOneOf(CONSENT_METHODS)
  consentMethod: Client['consentMethod'] = 'TRUSTED';

  @IsObjectOf(() => RefreshTokenDto)
  refreshToken: RefreshTokenDto = new RefreshTokenDto();

  @IsObject({ message: 'must be an object' })
  profile: Record<string, unknown> = {};

  @IsObjectOf(() => AssignmentsDto)
  assignments: AssignmentsDto = new AssignmentsDto();
}
