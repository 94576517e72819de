import 'reflect-metadata';
import { Equals, IsDefined, IsObject } from 'class-validator';
import { ClientDto } from './client-file.dto.js';
import {
  IsActiveStatus,
  IsInstant,
  IsListOf,
  IsName,
  IsNameList,
  IsObjectOf,
  IsOktaId,
  IsOneOf,
  IsText,
  IsTextLike,
  MayBeLeftOut,
} from './file-decorators.js';
import type { ActiveStatus, Group, User } from './org.js';
import { ServerDto } from './server-file.dto.js';
import { SwitchesDto } from './switches-file.dto.js';

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

const GROUP_TYPES: readonly Group['type'][] = ['OKTA_GROUP', 'APP_GROUP'];

export class GroupDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsText()
  description: string = '';

  @IsOneOf(GROUP_TYPES)
  type: Group['type'] = 'OKTA_GROUP';
}

const USER_STATUSES: readonly User['status'][] = ['ACTIVE', 'SUSPENDED', 'DEPROVISIONED', 'STAGED'];

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

  /** By id or name; `Everyone` goes without saying. */
  @IsNameList()
  groups: string[] = [];

  @IsInstant()
  passwordChanged: string = LONG_AGO;

  @IsInstant()
  lastUpdated: string = LONG_AGO;
}

/** The name and the value of an HTTP header. */
export class HeaderDto {
  @IsTextLike(/^[\w!#$%&'*+.^`|~-]{1,255}$/, { wanted: 'the name of an HTTP header' })
  key!: string;

  @IsTextLike(/^[\x20-\x7E]{1,4096}$/, { wanted: 'the value of an HTTP header, in printable ASCII' })
  value!: string;
}

export class HookChannelDto {
  @IsOneOf(['HTTP'])
  type = 'HTTP' as const;

  @IsTextLike(/^https?:\/\/\S{1,1015}$/, { wanted: 'an https URI of at most 1024 characters' })
  uri!: string;

  @IsListOf(() => HeaderDto)
  headers: HeaderDto[] = [];

  /** The header that the hook knows the org by. */
  @MayBeLeftOut()
  @IsObjectOf(() => HeaderDto)
  authScheme?: HeaderDto;
}

export class InlineHookDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsActiveStatus()
  status: ActiveStatus = 'ACTIVE';

  @IsTextLike(/^1\.0\.[0-2]$/, { wanted: '1.0.0, 1.0.1 or 1.0.2' })
  version: string = '1.0.0';

  @IsDefined({ message: 'must be an object with a uri' })
  @IsObjectOf(() => HookChannelDto)
  channel!: HookChannelDto;
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

  @IsListOf(() => InlineHookDto)
  inlineHooks: InlineHookDto[] = [];

  @IsListOf(() => ServerDto)
  authorizationServers: ServerDto[] = [];

  @IsObjectOf(() => SwitchesDto)
  switches: SwitchesDto = new SwitchesDto();
}
