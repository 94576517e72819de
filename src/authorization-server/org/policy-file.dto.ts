import 'reflect-metadata';
import { IsDefined } from 'class-validator';
import { GRANT_TYPES } from '../../okta/grant-types.js';
import {
  IsActiveStatus,
  IsIntegerFrom,
  IsListOf,
  IsListOfSome,
  IsName,
  IsNameList,
  IsObjectOf,
  IsOktaId,
  IsTextLike,
  MayBeLeftOut,
} from './file-decorators.js';
import type { ActiveStatus } from './org.js';

// Access policies and their rules in the file of an org: the bounds are those of section 7.

/** Users or groups, by id or name; `EVERYONE` is any group. */
export class PeopleDto {
  @IsNameList()
  include: string[] = [];

  @IsNameList()
  exclude: string[] = [];
}

export class RuleDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsActiveStatus()
  status: ActiveStatus = 'ACTIVE';

  @MayBeLeftOut()
  @IsIntegerFrom(1, 1_000)
  priority?: number;

  @IsDefined({ message: 'must be a list of grant types' })
  @IsListOfSome([...GRANT_TYPES])
  grantTypes!: string[];

  /** Where neither users nor groups are named, everyone is. */
  @MayBeLeftOut()
  @IsObjectOf(() => PeopleDto)
  users?: PeopleDto;

  @MayBeLeftOut()
  @IsObjectOf(() => PeopleDto)
  groups?: PeopleDto;

  @IsNameList()
  scopes: string[] = ['*'];

  @IsIntegerFrom(5, 1_440)
  accessTokenLifetimeMinutes: number = 60;

  /** 0 is without a limit. */
  @IsIntegerFrom(0, 2_628_000)
  refreshTokenLifetimeMinutes: number = 0;

  /** Left out, seven days, or the lifetime where that is shorter. */
  @MayBeLeftOut()
  @IsIntegerFrom(10, 2_628_000)
  refreshTokenWindowMinutes?: number;

  /** By id or name. */
  @MayBeLeftOut()
  @IsName()
  inlineHook?: string;
}

export class PolicyDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsTextLike(/^(?=.*\S)[^\p{Cc}]{1,100}$/u, { wanted: 'text of 1 to 100 characters on one line' })
  name!: string;

  @IsActiveStatus()
  status: ActiveStatus = 'ACTIVE';

  @MayBeLeftOut()
  @IsIntegerFrom(1, 1_000)
  priority?: number;

  /** By id or label, or `ALL_CLIENTS` alone. As in Okta, a policy without clients is for nobody. */
  @IsNameList()
  clients: string[] = [];

  @IsListOf(() => RuleDto)
  rules: RuleDto[] = [];
}
