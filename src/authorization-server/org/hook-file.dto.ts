import 'reflect-metadata';
import { IsDefined, ValidateIf } from 'class-validator';
import {
  IsActiveStatus,
  IsListOf,
  IsName,
  IsObjectOf,
  IsOktaId,
  IsOneOf,
  IsTextLike,
  MayBeLeftOut,
} from './file-decorators.js';
import type { HookChannel, InlineHook, OAuthChannel } from './inline-hook.js';

// Inline hooks and their keys in the file of an org. Members are called as in Okta's management API; see `HookChannel`.

const HTTPS_URI = { wanted: 'an https URI of at most 1024 characters' };

/** The name and the value of an HTTP header. */
export class HeaderDto {
  @IsTextLike(/^[\w!#$%&'*+.^`|~-]{1,255}$/, { wanted: 'the name of an HTTP header' })
  key!: string;

  @IsTextLike(/^[\x20-\x7E]{1,4096}$/, { wanted: 'the value of an HTTP header, in printable ASCII' })
  value!: string;
}

const CHANNEL_TYPES: readonly HookChannel['type'][] = ['HTTP', 'OAUTH'];
const AUTH_TYPES: readonly OAuthChannel['credentials']['authType'][] = [
  'client_secret_post',
  'private_key_jwt',
];

/** For members that the OAuth channel must have. */
function OfOAuth(): PropertyDecorator {
  return ValidateIf(({ type }: HookChannelDto, value: unknown) => type === 'OAUTH' || value !== undefined);
}

export class HookChannelDto {
  @IsOneOf(CHANNEL_TYPES)
  type: HookChannel['type'] = 'HTTP';

  @IsTextLike(/^https?:\/\/\S{1,1015}$/, HTTPS_URI)
  uri!: string;

  @IsListOf(() => HeaderDto)
  headers: HeaderDto[] = [];

  /** The header that the hook knows the org by; for type `HTTP`. */
  @MayBeLeftOut()
  @IsObjectOf(() => HeaderDto)
  authScheme?: HeaderDto;

  // For type `OAUTH`: a token by client credentials.

  @OfOAuth()
  @IsOneOf(AUTH_TYPES)
  authType?: OAuthChannel['credentials']['authType'];

  @OfOAuth()
  @IsTextLike(/^[\x20-\x7E]{1,255}$/, { wanted: 'a client id' })
  clientId?: string;

  @MayBeLeftOut()
  @IsTextLike(/^[\x20-\x7E]{1,1024}$/, { wanted: 'a secret of at most 1024 printable ASCII characters' })
  clientSecret?: string;

  /** A hook key, by id or name. */
  @MayBeLeftOut()
  @IsName()
  hookKey?: string;

  @OfOAuth()
  @IsTextLike(/^https?:\/\/\S{1,1015}$/, HTTPS_URI)
  tokenUrl?: string;

  /** With spaces between; left out, the token URL decides. */
  @MayBeLeftOut()
  @IsTextLike(/^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/, {
    wanted: 'scopes with one space between each two',
  })
  scope?: string;
}

export class InlineHookDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  @IsName()
  name!: string;

  @IsActiveStatus()
  status: InlineHook['status'] = 'ACTIVE';

  @IsTextLike(/^1\.0\.[0-2]$/, { wanted: '1.0.0, 1.0.1 or 1.0.2' })
  version: string = '1.0.0';

  @IsDefined({ message: 'must be an object with a uri' })
  @IsObjectOf(() => HookChannelDto)
  channel!: HookChannelDto;
}

export class HookKeyDto {
  @MayBeLeftOut()
  @IsOktaId()
  id?: string;

  /** The `kid`, and where the public key is found. */
  @MayBeLeftOut()
  @IsOktaId()
  keyId?: string;

  @IsName()
  name!: string;

  /** PEM of a private RSA key of the test's own; left out, the emulator makes one and keeps it. */
  @MayBeLeftOut()
  @IsTextLike(/^-----BEGIN [\s\S]{1,16384}$/, { wanted: 'a private key in PEM' })
  privateKey?: string;
}
