import 'reflect-metadata';
import { Equals, IsDefined, IsObject } from 'class-validator';
import { ClientDto } from './client-file.dto.js';
import {
  IsInstant,
  IsListOf,
  IsName,
  IsNameList,
  IsObjectOf,
  IsOktaId,
  IsOneOf,
  IsTextLike,
  MayBeLeftOut,
} from './file-decorators.js';
import { GroupDto } from './group-file.dto.js';
import { HookKeyDto, InlineHookDto } from './hook-file.dto.js';
import type { User } from './org.js';
import { ServerDto } from './server-file.dto.js';
import { SwitchesDto } from './switches-file.dto.js';
import { TrustedOriginDto } from './trusted-origin-file.dto.js';

// The file of an org. Ids that are left out are made of the names, so that they are the same each time.

export class OrgDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsTextLike(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, { wanted: 'a part of a host name, such as "acme"' })
  subDomain!: string;
}

const USER_STATUSES: readonly User['status'][] = [
  ...(['ACTIVE', 'SUSPENDED', 'DEPROVISIONED', 'STAGED', 'LOCKED_OUT', 'PASSWORD_EXPIRED'] as const),
];

/** When what the file leaves open happened. */
const LONG_AGO = '2026-01-01T00:00:00.000Z';

export class UserDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsOneOf(USER_STATUSES)
  status: User['status'] = 'ACTIVE';

  /** With a `login`; free otherwise. */
  @IsDefined({ message: 'must be an object with a login' })
  @IsObject({ message: 'must be an object with a login' })
  profile!: Record<string, unknown>;

  /** Left out, the person signs in without one. */
  @MayBeLeftOut()
  @IsTextLike(/^[^\p{Cc}]{1,255}$/u, { wanted: 'a password of 1 to 255 characters on one line' })
  password?: string;

  /** By id or name; `Everyone` goes without saying. */
  @IsNameList()
  groups: string[] = [];

  @IsInstant()
  passwordChanged: string = LONG_AGO;

  @IsInstant()
  lastUpdated: string = LONG_AGO;
}

export class OrgFileDto {
  @Equals(1, { message: 'must be 1' })
  version!: number;

  @IsDefined({ message: 'must be an object with a name and a subDomain' })
  @IsObjectOf(() => OrgDto)
  org!: OrgDto;

  @IsListOf(() => GroupDto)
  groups: GroupDto[] = [];

  @IsListOf(() => UserDto)
  users: UserDto[] = [];

  @IsListOf(() => ClientDto)
  clients: ClientDto[] = [];

  @IsListOf(() => HookKeyDto)
  hookKeys: HookKeyDto[] = [];

  @IsListOf(() => InlineHookDto)
  inlineHooks: InlineHookDto[] = [];

  @IsListOf(() => TrustedOriginDto)
  trustedOrigins: TrustedOriginDto[] = [];

  @IsListOf(() => ServerDto)
  authorizationServers: ServerDto[] = [];

  @IsObjectOf(() => SwitchesDto)
  switches: SwitchesDto = new SwitchesDto();
}
