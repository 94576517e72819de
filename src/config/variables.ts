import 'reflect-metadata';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
  ValidateBy,
} from 'class-validator';

/** Only plain decimal digits are a number: `1e3`, `0x10` and ` 5 ` are mistakes. */
function toInteger({ value }: { readonly value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

/** Plain decimal digits, within bounds. */
export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${String(min)} to ${String(max)}`;
  const decorators = [Transform(toInteger), IsInt({ message }), Min(min, { message }), Max(max, { message })];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}

function IsFilePath(): PropertyDecorator {
  return (target, property) => {
    IsString({ message: 'must be the path of a PEM file' })(target, property);
  };
}

function isHttps({ MINTMARK_HOOK_TRANSPORT: transport }: HookServiceVariables): boolean {
  return transport !== PLAIN_HTTP;
}

/** The parts of a URL that name a place and nothing else; a query only where the place may need one. */
function IsHttpsUrl({ withQuery }: { readonly withQuery: boolean }): PropertyDecorator {
  const message = `must be a URL of the form https://host/path${withQuery ? '' : ', without a query'}`;
  return ValidateBy({
    name: 'isHttpsUrl',
    validator: {
      validate: (value: unknown) => isHttpsUrl(value, withQuery),
      defaultMessage: () => message,
    },
  });
}

/** The exporter would quote one that it cannot parse. */
function IsCollectorUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isCollectorUrl',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && /^https?:\/\/[^\s?#]+$/.test(value) && URL.canParse(value),
      defaultMessage: () => 'must be the http(s) URL of an OTLP collector',
    },
  });
}

function isHttpsUrl(value: unknown, withQuery: boolean): boolean {
  if (typeof value !== 'string' || value.length > 1024 || !/^https:\/\/[!-~]+$/.test(value)) return false;
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === '' && password === '' && !value.includes('#') && (withQuery || !value.includes('?'));
}

/** Asymmetric ones only: with HMAC whoever checks a token could make one. */
const ALGORITHM = '(?:RS256|RS384|RS512|PS256|PS384|PS512|ES256|ES384|ES512|EdDSA)';

const HOST = /^[A-Za-z0-9._:-]{1,253}$/;
const HOST_MESSAGE = 'must be a host name or an IP address';

/** An @ behind the host belongs to a user or password that is not encoded: part of it would pass for a host or a database. */
const POSTGRESQL_URL = /^postgres(?:ql)?:\/\/(?!$)[^\s/?#]*(?:[/?#][^\s@]*)?$/;

/** Where the data is. */
export class DatabaseVariables {
  @IsOptional()
  @Matches(POSTGRESQL_URL, { message: 'must be a postgresql:// URL, user and password percent-encoded' })
  DATABASE_URL?: string;

  /** Past any pooler of transactions, which would forget who listens; the same as DATABASE_URL where it is not set. */
  @IsOptional()
  @Matches(POSTGRESQL_URL, { message: 'must be a postgresql:// URL, user and password percent-encoded' })
  MINTMARK_DATABASE_DIRECT_URL?: string;

  /** Folder of the embedded database, used where DATABASE_URL is not set. */
  @MaxLength(4096, { message: 'must be the path of a folder' })
  MINTMARK_DATA_DIR: string = '.mintmark/database';

  @IsWholeNumber(1, 100)
  MINTMARK_DATABASE_POOL_SIZE: number = 10;

  @IsString({ message: 'must be a word such as production' })
  NODE_ENV: string = '';
}

/** The OAuth 2.0 channel of inline hooks. All of it or nothing: see `checkBearer`. */
export class BearerVariables extends DatabaseVariables {
  @IsOptional()
  @IsHttpsUrl({ withQuery: false })
  MINTMARK_BEARER_ISSUER?: string;

  @IsOptional()
  @Length(1, 1024, { message: 'must have 1 to 1024 characters' })
  MINTMARK_BEARER_AUDIENCE?: string;

  @IsOptional()
  @Matches(/^[^\s,]{1,255}(?: *, *[^\s,]{1,255}){0,99}$/, {
    message: 'must be 1 to 100 client ids, with commas between them',
  })
  MINTMARK_BEARER_CLIENT_IDS?: string;

  /** One scope, as RFC 6749 (appendix A.4) spells it. */
  @IsOptional()
  @Matches(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, { message: 'must be one scope' })
  MINTMARK_BEARER_SCOPE?: string;

  @IsOptional()
  @Matches(new RegExp(`^${ALGORITHM}(?: *, *${ALGORITHM}){0,9}$`), {
    message:
      'must be one or more of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, with commas between them',
  })
  MINTMARK_BEARER_ALGORITHMS?: string;

  @IsOptional()
  @IsHttpsUrl({ withQuery: true })
  MINTMARK_BEARER_JWKS_URI?: string;

  @IsOptional()
  @IsString({ message: 'must be the path of a JWKS file' })
  MINTMARK_BEARER_JWKS_FILE?: string;

  @IsOptional()
  @IsString({ message: 'must be the path of a PEM file' })
  MINTMARK_BEARER_CA_FILE?: string;
}

/** What the hook needs besides the data, wherever it runs. */
export class HookVariables extends BearerVariables {
  @Matches(HOST, { message: HOST_MESSAGE })
  MINTMARK_HOOK_HOST: string = '0.0.0.0';

  @IsWholeNumber(0, 65_535)
  MINTMARK_HOOK_PORT: number = 8443;

  @Matches(HOST, { message: HOST_MESSAGE })
  MINTMARK_OPS_HOST: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  MINTMARK_OPS_PORT: number = 9464;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
    message: 'must be fatal, error, warn, info, debug or silent',
  })
  MINTMARK_LOG_LEVEL: string = 'info';

  /** Key of the hash that stands for users in the logs; random for each start where it is not set. */
  @IsOptional()
  @MinLength(16, { message: 'must have at least 16 characters' })
  MINTMARK_LOG_HASH_KEY?: string;

  @IsWholeNumber(100, 2_500)
  MINTMARK_FACTS_DEADLINE_MS: number = 1_500;

  @IsWholeNumber(0, 5)
  MINTMARK_CACHED_FACTS_SECONDS: number = 5;

  /** Whether changes of the directory are listened to. */
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  MINTMARK_CHANGE_FEED: string = 'on';

  /** As MINTMARK_CACHED_FACTS_SECONDS, while changes are heard. */
  @IsWholeNumber(0, 60)
  MINTMARK_ANNOUNCED_FACTS_SECONDS: number = 60;

  @IsWholeNumber(1, 4_096)
  MINTMARK_FACTS_CACHE_MB: number = 64;

  @IsWholeNumber(0, 86_400)
  MINTMARK_STALE_FACTS_SECONDS: number = 900;

  @IsWholeNumber(1, 300)
  MINTMARK_CONTROL_REFRESH_SECONDS: number = 5;

  /** Base URL of an OTLP collector; without it nothing is traced. */
  @IsOptional()
  @IsCollectorUrl()
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** `name=value` pairs for the collector, comma separated, values percent-encoded (OpenTelemetry's format). */
  @IsOptional()
  @Matches(/^[\w.-]+=[^,=\s]*(,[\w.-]+=[^,=\s]*)*$/, { message: 'must be name=value pairs, comma separated' })
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @Matches(/^[\w.-]{1,100}$/, { message: 'must be a name of letters, digits, dots and dashes' })
  OTEL_SERVICE_NAME: string = 'mintmark';

  @Matches(/^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/, { message: 'must be a number from 0 to 1' })
  OTEL_TRACES_SAMPLER_ARG: string = '1';

  @IsWholeNumber(0, 60)
  MINTMARK_DRAIN_SECONDS: number = 5;

  /** Where the last good copy of the control snapshot is kept. */
  @IsOptional()
  @Length(1, 4096, { message: 'must be the path of a file' })
  MINTMARK_SNAPSHOT_FILE?: string;

  @IsIn(['401', 'error'], {
    message: 'must be 401 (Okta mints without claims) or error (Okta mints nothing)',
  })
  MINTMARK_UNAUTHENTICATED_ANSWER: string = '401';
}

/** Whoever wants plain HTTP has to say so, and why it is safe. */
export const PLAIN_HTTP = 'plain-http-behind-a-trusted-proxy';

/** The production hook service brings its own certificate, or stands behind proxies that do. */
export class HookServiceVariables extends HookVariables {
  @IsIn(['https', PLAIN_HTTP], { message: `must be https or ${PLAIN_HTTP}` })
  MINTMARK_HOOK_TRANSPORT: string = 'https';

  /** Addresses and ranges. */
  @IsOptional()
  @IsString({ message: 'must be addresses and CIDR ranges, separated by commas' })
  MINTMARK_TRUSTED_PROXIES?: string;

  @ValidateIf(isHttps)
  @IsFilePath()
  MINTMARK_TLS_CERT_FILE?: string;

  @ValidateIf(isHttps)
  @IsFilePath()
  MINTMARK_TLS_KEY_FILE?: string;

  @IsWholeNumber(1, 3_600)
  MINTMARK_TLS_RELOAD_SECONDS: number = 10;
}
