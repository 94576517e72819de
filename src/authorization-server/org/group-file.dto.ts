import 'reflect-metadata';
import { IsObject } from 'class-validator';
import {
  IsName,
  IsObjectOf,
  IsOktaId,
  IsOneOf,
  IsText,
  IsTextLike,
  MayBeLeftOut,
} from './file-decorators.js';
import type { Group } from './org.js';

const GROUP_TYPES: readonly Group['type'][] = ['OKTA_GROUP', 'APP_GROUP'];

/** The app that a group was imported from. */
export class GroupSourceDto {
  @IsOktaId()
  id!: string;

  @IsTextLike(/^[a-z][a-z0-9_]{0,99}$/, { wanted: 'the type of an app, such as "active_directory"' })
  type!: string;
}

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

  /** Belongs to groups of the type `APP_GROUP`. */
  @MayBeLeftOut()
  @IsObjectOf(() => GroupSourceDto)
  source?: GroupSourceDto;

  /** Custom attributes; free. */
  @IsObject({ message: 'must be an object' })
  profile: Record<string, unknown> = {};
}
