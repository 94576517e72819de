import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeKeyPair } from '../../test/support/key-pair-files.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
import {
  readDatabaseConfiguration,
  readHookConfiguration,
  readHookServiceConfiguration,
  readPlaygroundConfiguration,
} from './configuration.js';
import { readRecordingKey } from './recording-configuration.js';
import type { Environment } from './read-variables.js';

const folder = await mkdtemp(join(tmpdir(), 'mintmark-configuration-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const POSTGRESQL = 'postgresql://mintmark:hunter2@db.example:5432/mintmark?sslmode=require';

const [one, two] = [await writeKeyPair(folder, 'one'), await writeKeyPair(folder, 'two')];

const garbage = await writeText('garbage.pem', 'not PEM');
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
});
const encryptedKey = await writeText('encrypted.key', encrypted.privateKey);

/** The least that the production service needs. */
const SERVICE = {
  DATABASE_URL: POSTGRESQL,
  MINTMARK_TLS_CERT_FILE: one.certFile,
  MINTMARK_TLS_KEY_FILE: one.keyFile,
};

/** Variables with a default: what is read, and the faulty values. */
const NUMBERS = {
  MINTMARK_DATABASE_POOL_SIZE: { min: 1, max: 100 },
  MINTMARK_HOOK_PORT: { min: 0, max: 65_535 },
  MINTMARK_OPS_PORT: { min: 0, max: 65_535 },
  MINTMARK_FACTS_DEADLINE_MS: { min: 100, max: 2_500 },
  MINTMARK_CACHED_FACTS_SECONDS: { min: 0, max: 5 },
  MINTMARK_ANNOUNCED_FACTS_SECONDS: { min: 0, max: 60 },
  MINTMARK_FACTS_CACHE_MB: { min: 1, max: 4_096 },
  MINTMARK_STALE_FACTS_SECONDS: { min: 0, max: 86_400 },
  MINTMARK_CONTROL_REFRESH_SECONDS: { min: 1, max: 300 },
  MINTMARK_DRAIN_SECONDS: { min: 0, max: 60 },
  MINTMARK_TLS_RELOAD_SECONDS: { min: 1, max: 3_600 },
  MINTMARK_RECORD_DAYS: { min: 1, max: 365 },
  MINTMARK_RECORD_CALLS: { min: 1_000, max: 100_000_000 },
  MINTMARK_RECORD_CALL_KB: { min: 1, max: 256 },
  MINTMARK_RECORD_BUFFER_MB: { min: 1, max: 256 },
} as const;

const KNOWN_NAMES = [
  ...Object.keys(NUMBERS),
  ...['DATABASE_URL', 'NODE_ENV', 'MINTMARK_DATA_DIR', 'MINTMARK_HOOK_HOST', 'MINTMARK_OPS_HOST'],
  ...['MINTMARK_LOG_LEVEL', 'MINTMARK_LOG_HASH_KEY', 'MINTMARK_UNAUTHENTICATED_ANSWER'],
  ...['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE'],
  ...[
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_SERVICE_NAME',
    'OTEL_TRACES_SAMPLER_ARG',
  ],
  ...['MINTMARK_HOOK_TRANSPORT', 'MINTMARK_TRUSTED_PROXIES'],
  ...['MINTMARK_SNAPSHOT_FILE', 'MINTMARK_CHANGE_FEED', 'MINTMARK_DATABASE_DIRECT_URL'],
  ...['MINTMARK_AUTHORIZATION_SERVER_HOST', 'MINTMARK_AUTHORIZATION_SERVER_PORT'],
  ...['MINTMARK_AUTHORIZATION_SERVER_ORG_FILE', 'MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL'],
  ...['MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN', 'MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE'],
  ...['MINTMARK_BEARER_ISSUER', 'MINTMARK_BEARER_AUDIENCE', 'MINTMARK_BEARER_CLIENT_IDS'],
  ...['MINTMARK_BEARER_SCOPE', 'MINTMARK_BEARER_ALGORITHMS', 'MINTMARK_BEARER_JWKS_URI'],
  ...['MINTMARK_BEARER_JWKS_FILE', 'MINTMARK_BEARER_CA_FILE'],
  ...['MINTMARK_ADMIN_HOST', 'MINTMARK_ADMIN_PORT', 'MINTMARK_ADMIN_OPS_HOST', 'MINTMARK_ADMIN_OPS_PORT'],
  ...['MINTMARK_ADMIN_BEARER_ISSUER', 'MINTMARK_ADMIN_BEARER_AUDIENCE', 'MINTMARK_ADMIN_BEARER_CLIENT_IDS'],
  ...['MINTMARK_ADMIN_BEARER_ALGORITHMS', 'MINTMARK_ADMIN_BEARER_JWKS_URI'],
  ...['MINTMARK_ADMIN_BEARER_JWKS_FILE', 'MINTMARK_ADMIN_BEARER_CA_FILE'],
  ...['MINTMARK_RECORD_ISSUERS', 'MINTMARK_RECORD_KEY', 'MINTMARK_RECORD_RATIO'],
].toSorted();

async function writeText(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function refusalOf(read: () => unknown): ConfigurationError {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function faultsOf(environment: Environment): readonly ConfigurationFault[] {
  return refusalOf(() => readHookServiceConfiguration({ ...SERVICE, ...environment })).faults;
}

function faultyNames(environment: Environment): readonly string[] {
  return faultsOf(environment).map(({ variable }) => variable);
}

describe('the configuration of the hook service', () => {
  it('has a default for everything but the database and the certificate', () => {
    expect(readHookServiceConfiguration(SERVICE)).toEqual({
      database: { engine: 'postgresql', url: POSTGRESQL, directUrl: POSTGRESQL, poolSize: 10 },
      tls: { cert: readFileSync(one.certFile, 'utf8'), key: readFileSync(one.keyFile, 'utf8') },
      tlsFiles: { certFile: one.certFile, keyFile: one.keyFile, reloadMs: 10_000 },
      hook: { host: '0.0.0.0', port: 8443 },
      ops: { host: '127.0.0.1', port: 9464 },
      log: { level: 'info', hashKey: undefined },
      factsDeadlineMs: 1_500,
      cachedFactsMs: 5_000,
      changeFeed: true,
      announcedFactsMs: 60_000,
      factsCacheBytes: 64 * 1024 * 1024,
      staleFactsMs: 900_000,
      tracing: null,
      controlRefreshMs: 5_000,
      drainMs: 5_000,
      trustedProxies: [],
      snapshotFile: null,
      unauthenticatedAnswer: '401',
      bearer: null,
      recording: null,
    });
  });

  it('takes every variable', () => {
    const environment = {
      ...SERVICE,
      MINTMARK_DATABASE_DIRECT_URL: 'postgresql://direct/x',
      ...{ MINTMARK_DATABASE_POOL_SIZE: '3', MINTMARK_HOOK_HOST: '::1', MINTMARK_HOOK_PORT: '0' },
      ...{ MINTMARK_OPS_HOST: 'ops.internal', MINTMARK_OPS_PORT: '9000', MINTMARK_LOG_LEVEL: 'silent' },
      ...{ MINTMARK_LOG_HASH_KEY: 'k'.repeat(16), MINTMARK_FACTS_DEADLINE_MS: '100' },
      ...{ MINTMARK_STALE_FACTS_SECONDS: '0', MINTMARK_CONTROL_REFRESH_SECONDS: '300' },
      ...{ MINTMARK_DRAIN_SECONDS: '0', MINTMARK_TLS_RELOAD_SECONDS: '1' },
      ...{ MINTMARK_CACHED_FACTS_SECONDS: '2', MINTMARK_FACTS_CACHE_MB: '1' },
      ...{ MINTMARK_CHANGE_FEED: 'off', MINTMARK_ANNOUNCED_FACTS_SECONDS: '30' },
      MINTMARK_SNAPSHOT_FILE: 'control.json',
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', OTEL_SERVICE_NAME: 'hook' },
      ...{ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b,other=50%', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      ...{ MINTMARK_UNAUTHENTICATED_ANSWER: 'error', NODE_ENV: 'production' },
    };
    expect(readHookServiceConfiguration(environment)).toMatchObject({
      database: { url: POSTGRESQL, directUrl: 'postgresql://direct/x', poolSize: 3 },
      hook: { host: '::1', port: 0 },
      ops: { host: 'ops.internal', port: 9000 },
      log: { level: 'silent', hashKey: 'k'.repeat(16) },
      factsDeadlineMs: 100,
      cachedFactsMs: 2_000,
      changeFeed: false,
      announcedFactsMs: 30_000,
      factsCacheBytes: 1024 * 1024,
      staleFactsMs: 0,
      tracing: {
        endpoint: 'https://collector.example',
        headers: { 'x-key': 'a b', other: '50%' },
        serviceName: 'hook',
        ratio: 0.25,
      },
      controlRefreshMs: 300_000,
      drainMs: 0,
      tlsFiles: { reloadMs: 1_000 },
      unauthenticatedAnswer: 'error',
      snapshotFile: resolve('control.json'),
    });
  });

  it('takes an empty value for one that is not set', () => {
    const empty = Object.fromEntries(KNOWN_NAMES.map((name) => [name, '']));
    expect(readHookServiceConfiguration({ ...empty, ...SERVICE })).toEqual(
      readHookServiceConfiguration(SERVICE),
    );
    expect(faultyNames({ MINTMARK_TLS_CERT_FILE: '', MINTMARK_TLS_KEY_FILE: '' })).toEqual([
      ...['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE'],
    ]);
  });

  it('does not mind variables of others', () => {
    const others = {
      PATH: '/bin',
      PGPASSWORD: 'x',
      mintmark_hook_port: 'x',
      XMINTMARK_PORT: 'x',
      constructor: 'x',
    };
    expect(readHookServiceConfiguration({ ...SERVICE, ...others })).toEqual(
      readHookServiceConfiguration(SERVICE),
    );
  });

  it('is frozen', () => {
    const configuration = readHookServiceConfiguration(SERVICE);
    const parts = [
      configuration,
      configuration.database,
      configuration.tls,
      configuration.hook,
      configuration.log,
    ];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });
});

describe('a faulty value', () => {
  it.each(Object.entries(NUMBERS))(
    'of %s is anything but a whole number in its range',
    (name, { min, max }) => {
      const faulty = [
        ...[
          String(min - 1),
          String(max + 1),
          '1e3',
          '0x10',
          ' 5 ',
          '5 ',
          '1.5',
          '5.0',
          '+5',
          '-0',
          'five',
          '5s',
        ],
        ...['Infinity', 'NaN', 'true', 'null', '٥', '9'.repeat(30)],
      ];
      const problem = `must be a whole number from ${String(min)} to ${String(max)}`;
      for (const value of faulty) {
        const faults = faultsOf({ [name]: value });
        expect([value, faults]).toEqual([
          value,
          [{ variable: name, problem: expect.stringContaining(problem) }],
        ]);
      }
    },
  );

  it.each(Object.entries(NUMBERS))('of %s is not one of its bounds', (name, { min, max }) => {
    for (const value of [min, max]) {
      expect(() => readHookServiceConfiguration({ ...SERVICE, [name]: String(value) })).not.toThrow();
    }
  });

  it.each([
    [
      'DATABASE_URL',
      [
        'mysql://db/x',
        'db.example',
        'postgresql://',
        'postgresql://db/a b',
        ' postgresql://db/x',
        'http://db',
      ],
    ],
    ['MINTMARK_DATABASE_DIRECT_URL', ['mysql://db/x', 'db.example', 'postgresql://db/a b']],
    ['MINTMARK_CHANGE_FEED', ['ON', 'true', '1', 'yes']],
    ['MINTMARK_DATA_DIR', ['x'.repeat(4097)]],
    ['MINTMARK_HOOK_HOST', ['a b', 'https://host', 'host/path', 'x'.repeat(254), 'hôte']],
    ['MINTMARK_OPS_HOST', ['a b', 'https://host', 'host/path', 'x'.repeat(254), 'hôte']],
    ['MINTMARK_HOOK_TRANSPORT', ['http', 'plain-http', 'HTTPS', 'plain-http-behind-a-trusted-proxy ']],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', ['collector', 'grpc://x', 'https://x/?y', 'https://a b']],
    ['OTEL_EXPORTER_OTLP_HEADERS', ['x', 'x=a b', '=a', 'x=a,,y=b', 'x=a=b']],
    ['OTEL_SERVICE_NAME', ['a b', 'x'.repeat(101)]],
    ['OTEL_TRACES_SAMPLER_ARG', ['2', '-1', '1.5', '.5', '50%', '1e-3']],
    ['MINTMARK_LOG_LEVEL', ['INFO', 'verbose', 'trace', 'warning', '30']],
    ['MINTMARK_LOG_HASH_KEY', ['short', 'k'.repeat(15)]],
    ['MINTMARK_UNAUTHENTICATED_ANSWER', ['200', 'ERROR', 'deny', '401 ']],
    ['MINTMARK_RECORD_ISSUERS', ['**', 'a,*', 'a b', ',', 'a,,b', 'x'.repeat(256)]],
    ['MINTMARK_RECORD_KEY', ['short', 'k'.repeat(31), 'k'.repeat(1025)]],
    ['MINTMARK_RECORD_RATIO', ['2', '-1', '1.5', '.5', '50%', '1e-3']],
  ])('of %s is named', (name, values) => {
    for (const value of values) expect([value, faultyNames({ [name]: value })]).toEqual([value, [name]]);
  });

  it('is shown, shortened, with what would be right', () => {
    expect(faultsOf({ MINTMARK_LOG_LEVEL: 'x'.repeat(5_000) })).toEqual([
      {
        variable: 'MINTMARK_LOG_LEVEL',
        problem: `must be fatal, error, warn, info, debug or silent (it is "${'x'.repeat(100)}")`,
      },
    ]);
  });

  it('that may hold a secret is not shown', () => {
    const { message } = refusalOf(() =>
      readHookServiceConfiguration({
        ...{ DATABASE_URL: 'oracle://scott:tiger@db/x', MINTMARK_LOG_HASH_KEY: 'tiger' },
        MINTMARK_RECORD_KEY: 'tiger',
        ...{
          MINTMARK_LOG_HASH_KEYS: 'tiger',
          MINTMARK_TLS_CERT_FILE: one.keyFile,
          MINTMARK_TLS_KEY_FILE: one.keyFile,
        },
      }),
    );
    expect(message).toContain('DATABASE_URL');
    expect(message).toContain('MINTMARK_LOG_HASH_KEY:');
    expect(message).not.toContain('tiger');
  });

  it('does not hide another: all of them are named at once', () => {
    const environment = {
      ...{ DATABASE_URL: 'x', MINTMARK_HOOK_PORT: 'x', MINTMARK_OPS_HOST: '-/-', MINTMARK_LOG_LEVEL: 'x' },
      ...{ MINTMARK_HOOK_PROT: '1', MINTMARK_LOG_HASH_KEY: 'x' },
    };
    const { faults, message } = refusalOf(() => readHookServiceConfiguration(environment));
    const names = [
      ...[
        'DATABASE_URL',
        'MINTMARK_HOOK_PORT',
        'MINTMARK_HOOK_PROT',
        'MINTMARK_LOG_HASH_KEY',
        'MINTMARK_LOG_LEVEL',
      ],
      ...['MINTMARK_OPS_HOST', 'MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE'],
    ];
    expect(faults.map(({ variable }) => variable).toSorted()).toEqual(names);
    for (const name of names) expect(message).toContain(`\n  ${name}: `);
  });

  it('does not hide what is wrong with the files, or that production has no database', () => {
    const environment = {
      ...{ NODE_ENV: 'production', MINTMARK_HOOK_PORT: 'x' },
      ...{ MINTMARK_TLS_CERT_FILE: join(folder, 'nowhere.pem'), MINTMARK_TLS_KEY_FILE: one.keyFile },
    };
    const { faults } = refusalOf(() => readHookServiceConfiguration(environment));
    expect(faults.map(({ variable }) => variable).toSorted()).toEqual([
      ...['DATABASE_URL', 'MINTMARK_HOOK_PORT', 'MINTMARK_TLS_CERT_FILE'],
    ]);
  });
});

describe('a variable that is misspelled', () => {
  it('is named, and so are those that there are, each once', () => {
    const [fault] = faultsOf({ MINTMARK_HOOK_PROT: '8443' });
    expect(fault?.variable).toBe('MINTMARK_HOOK_PROT');
    const listed = fault?.problem.match(/\w+_\w+/g) ?? [];
    expect(listed.toSorted()).toEqual(KNOWN_NAMES.filter((name) => name.startsWith('MINTMARK_')));
  });

  it('is a fault for the command line and the playground too', () => {
    for (const read of [readDatabaseConfiguration, readHookConfiguration]) {
      const { faults } = refusalOf(() => read({ MINTMARK_DATADIR: '/data' }));
      expect(faults.map(({ variable }) => variable)).toEqual(['MINTMARK_DATADIR']);
    }
  });

  it('is not one that only another entry reads', () => {
    expect(readDatabaseConfiguration({ ...SERVICE, MINTMARK_HOOK_PORT: 'not looked at' })).toEqual({
      ...{ engine: 'postgresql', url: POSTGRESQL, directUrl: POSTGRESQL, poolSize: 10 },
    });
  });
});

describe('the database', () => {
  it('is the embedded one, in a folder of the working directory, where no URL is set', () => {
    expect(readDatabaseConfiguration({})).toEqual({
      engine: 'embedded',
      folder: resolve('.mintmark/database'),
    });
    expect(readDatabaseConfiguration({ MINTMARK_DATA_DIR: '/data', DATABASE_URL: '' })).toEqual({
      engine: 'embedded',
      folder: '/data',
    });
  });

  it.each([POSTGRESQL, 'postgres://db/x', 'postgresql:///x?host=/run/postgresql'])(
    'is PostgreSQL at %s',
    (url) => {
      expect(readDatabaseConfiguration({ DATABASE_URL: url, MINTMARK_DATA_DIR: '/data' })).toMatchObject({
        engine: 'postgresql',
        url,
      });
    },
  );

  it('is not embedded where a direct URL is set', () => {
    const { faults } = refusalOf(() =>
      readDatabaseConfiguration({ MINTMARK_DATABASE_DIRECT_URL: POSTGRESQL }),
    );
    expect(faults).toEqual([
      {
        variable: 'MINTMARK_DATABASE_DIRECT_URL',
        problem: 'is set, and DATABASE_URL is not: set both, or neither for the embedded database',
      },
    ]);
  });

  it('is never the embedded one in production', () => {
    for (const read of [readDatabaseConfiguration, readHookServiceConfiguration]) {
      const environment = {
        ...SERVICE,
        DATABASE_URL: '',
        NODE_ENV: 'production',
        MINTMARK_DATA_DIR: '/data',
      };
      expect(refusalOf(() => read(environment)).faults).toEqual([
        {
          variable: 'DATABASE_URL',
          problem: 'is not set, and the embedded database is refused in production: set a postgresql:// URL',
        },
      ]);
    }
  });
});

describe('how old facts may be while changes are heard', () => {
  it.each([
    ['0', '60', 0],
    ['5', '60', 60_000],
    ['5', '2', 5_000],
  ])('is, with %s s without the change feed and %s s with it, %i ms', (cached, announced, expected) => {
    const { announcedFactsMs } = readHookConfiguration({
      MINTMARK_CACHED_FACTS_SECONDS: cached,
      MINTMARK_ANNOUNCED_FACTS_SECONDS: announced,
    });
    expect(announcedFactsMs).toBe(expected);
  });
});

describe('the certificate and its key', () => {
  it.each([
    ['not there', 'MINTMARK_TLS_CERT_FILE', join(folder, 'nowhere.pem'), 'must be a readable file ('],
    ['not there', 'MINTMARK_TLS_KEY_FILE', join(folder, 'nowhere.key'), 'must be a readable file ('],
    ['a folder', 'MINTMARK_TLS_CERT_FILE', folder, 'must be a readable file ('],
    ['not PEM', 'MINTMARK_TLS_CERT_FILE', garbage, 'must hold a PEM certificate'],
    ['not PEM', 'MINTMARK_TLS_KEY_FILE', garbage, 'must hold an unencrypted PEM private key'],
    ['a key', 'MINTMARK_TLS_CERT_FILE', one.keyFile, 'must hold a PEM certificate'],
    ['a certificate', 'MINTMARK_TLS_KEY_FILE', one.certFile, 'must hold an unencrypted PEM private key'],
    ['an encrypted key', 'MINTMARK_TLS_KEY_FILE', encryptedKey, 'must hold an unencrypted PEM private key'],
    ['another’s key', 'MINTMARK_TLS_KEY_FILE', two.keyFile, 'must be the key of the certificate in'],
  ])('are refused where a file is %s: %s', (_, variable, file, problem) => {
    expect(faultsOf({ [variable]: file })).toEqual([{ variable, problem: expect.stringContaining(problem) }]);
  });

  it('are refused where both files are faulty, at once', () => {
    expect(
      faultyNames({ MINTMARK_TLS_CERT_FILE: garbage, MINTMARK_TLS_KEY_FILE: join(folder, 'nowhere') }),
    ).toEqual(['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE']);
  });

  it('are refused where a file is empty', async () => {
    const empty = await writeText('empty.pem', '');
    expect(faultyNames({ MINTMARK_TLS_CERT_FILE: empty })).toEqual(['MINTMARK_TLS_CERT_FILE']);
    expect(faultyNames({ MINTMARK_TLS_KEY_FILE: empty })).toEqual(['MINTMARK_TLS_KEY_FILE']);
  });

  it('may come as a chain', async () => {
    const chain = await writeText(
      'chain.pem',
      readFileSync(one.certFile, 'utf8') + readFileSync(two.certFile, 'utf8'),
    );
    expect(() => readHookServiceConfiguration({ ...SERVICE, MINTMARK_TLS_CERT_FILE: chain })).not.toThrow();
  });

  it('are not shown', () => {
    const [fault] = faultsOf({ MINTMARK_TLS_CERT_FILE: one.keyFile });
    const [, firstLine = ''] = readFileSync(one.keyFile, 'utf8').split('\n');
    expect(JSON.stringify(fault)).not.toContain(firstLine.slice(0, 20));
  });
});

const PLAIN = {
  DATABASE_URL: POSTGRESQL,
  MINTMARK_HOOK_TRANSPORT: 'plain-http-behind-a-trusted-proxy',
} as const;

function plainHttp(environment: Environment): ReturnType<typeof readHookServiceConfiguration> {
  return readHookServiceConfiguration({ ...PLAIN, ...environment });
}

describe('plain HTTP', () => {
  it('needs the proxies’ addresses, and no certificate', () => {
    expect(plainHttp({ MINTMARK_TRUSTED_PROXIES: '10.1.2.3' })).toMatchObject({
      tls: null,
      tlsFiles: null,
      trustedProxies: [{ family: 'ipv4', address: '10.1.2.3', prefix: 32 }],
    });
    for (const MINTMARK_TRUSTED_PROXIES of [undefined, '']) {
      const { faults } = refusalOf(() => plainHttp({ MINTMARK_TRUSTED_PROXIES }));
      expect(faults).toEqual([
        { variable: 'MINTMARK_TRUSTED_PROXIES', problem: expect.stringContaining('is not set') },
      ]);
    }
  });

  it('is a contradiction to a certificate', () => {
    const { faults } = refusalOf(() => plainHttp({ ...SERVICE, MINTMARK_TRUSTED_PROXIES: '10.1.2.3' }));
    expect(faults.map(({ variable }) => variable)).toEqual([
      ...['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE'],
    ]);
  });

  it('is never what a missing certificate turns into', () => {
    expect(
      faultyNames({
        ...{ MINTMARK_TLS_CERT_FILE: '', MINTMARK_TLS_KEY_FILE: '', MINTMARK_TRUSTED_PROXIES: '10.1.2.3' },
      }),
    ).toEqual(['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE']);
  });
});

describe('the playground', () => {
  it('listens on loopback and stops at once, unless told otherwise', () => {
    for (const environment of [{}, { MINTMARK_HOOK_HOST: '', MINTMARK_DRAIN_SECONDS: '' }]) {
      expect(readPlaygroundConfiguration(environment).hook).toMatchObject({
        ...{ hook: { host: '127.0.0.1', port: 8443 }, drainMs: 0, trustedProxies: [] },
      });
    }
    expect(readPlaygroundConfiguration({ MINTMARK_DRAIN_SECONDS: '3' }).hook.drainMs).toBe(3_000);
  });
});

describe('trusted proxies', () => {
  it('are addresses and ranges of both kinds', () => {
    const MINTMARK_TRUSTED_PROXIES = '10.0.0.0/8, 192.168.7.1 ,fd00:12::/64,2001:db8::7,fc00::/7';
    expect(readHookServiceConfiguration({ ...SERVICE, MINTMARK_TRUSTED_PROXIES }).trustedProxies).toEqual([
      { family: 'ipv4', address: '10.0.0.0', prefix: 8 },
      { family: 'ipv4', address: '192.168.7.1', prefix: 32 },
      { family: 'ipv6', address: 'fd00:12::', prefix: 64 },
      { family: 'ipv6', address: '2001:db8::7', prefix: 128 },
      { family: 'ipv6', address: 'fc00::', prefix: 7 },
    ]);
  });

  it.each([
    ...['0.0.0.0/0', '::/0', '10.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '2000::/3', '::/1'],
    ...['::ffff:0:0/96', '::ffff:10.0.0.1', '0:0:0:0:0:ffff:0:0/96', '::0:FFFF:1.2.3.4', '::ffff:0.0.0.0/96'],
    ...['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0/8', '10.0.0.256'],
    ...[
      'fd00::/129',
      'fd00:::1',
      'fe80::1%eth0',
      '[::1]',
      'loopback',
      'proxy.example',
      '*',
      'true',
      '1',
      ' ',
    ],
    ...['10.0.0.1;10.0.0.2', '10.0.0.1 10.0.0.2', '10.0.0.1-10.0.0.9', '10.0.0.0/255.0.0.0', '010.0.0.1'],
  ])('are not %s', (entry) => {
    for (const read of [plainHttp, overHttps]) {
      const { faults } = refusalOf(() => read({ MINTMARK_TRUSTED_PROXIES: `192.0.2.1,${entry}` }));
      expect(faults).toEqual([
        { variable: 'MINTMARK_TRUSTED_PROXIES', problem: expect.stringContaining(`"${entry.trim()}"`) },
      ]);
    }
  });

  it('have no empty entries', () => {
    for (const text of [',', '10.0.0.1,', ',10.0.0.1', '10.0.0.1,,10.0.0.2']) {
      expect(faultyNames({ MINTMARK_TRUSTED_PROXIES: text })).toContain('MINTMARK_TRUSTED_PROXIES');
    }
  });

  function overHttps(environment: Environment): unknown {
    return readHookServiceConfiguration({ ...SERVICE, ...environment });
  }
});

describe('the bearer scheme', () => {
  const BEARER = {
    MINTMARK_BEARER_ISSUER: 'https://login.acme.example/oauth2/hooks',
    MINTMARK_BEARER_AUDIENCE: 'mintmark',
    MINTMARK_BEARER_CLIENT_IDS: '0oa1, 0oa2,0oa1',
    MINTMARK_BEARER_SCOPE: 'hook.call',
    MINTMARK_BEARER_ALGORITHMS: 'RS256, ES256',
    MINTMARK_BEARER_JWKS_URI: 'https://login.acme.example/oauth2/hooks/v1/keys?client_id=x',
  };

  it('is on where everything is set that a token is checked against', () => {
    const { bearer } = readHookServiceConfiguration({ ...SERVICE, ...BEARER });
    expect(bearer).toEqual({
      issuer: 'https://login.acme.example/oauth2/hooks',
      audience: 'mintmark',
      clientIds: ['0oa1', '0oa2'],
      scope: 'hook.call',
      algorithms: ['RS256', 'ES256'],
      jwksUri: 'https://login.acme.example/oauth2/hooks/v1/keys?client_id=x',
      pinnedJwks: null,
      ca: null,
    });
    expect([Object.isFrozen(bearer), Object.isFrozen(bearer?.clientIds)]).toEqual([true, true]);
  });

  it.each(Object.keys(BEARER))('is refused without %s', (name) => {
    expect(faultyNames({ ...BEARER, [name]: '' })).toEqual([name]);
  });

  it('is refused where one variable alone is set, with the names of all the others', () => {
    const needed = Object.keys(BEARER).toSorted();
    for (const [name, value] of Object.entries(BEARER)) {
      expect(faultyNames({ [name]: value }).toSorted()).toEqual(needed.filter((other) => other !== name));
    }
    expect(faultyNames({ MINTMARK_BEARER_CA_FILE: one.certFile }).toSorted()).toEqual(needed);
  });

  it.each([
    [
      'MINTMARK_BEARER_ISSUER',
      [
        ...['http://a.example', 'a.example', 'https://', 'https://a.example?x=1', 'https://a.example#x'],
        ...['https://u:p@a.example', 'https://a b.example', ' https://a.example', 'HTTPS://a.example'],
      ],
    ],
    ['MINTMARK_BEARER_JWKS_URI', ['http://a.example/keys', 'file:///keys', 'https://a.example/keys#x', 'x']],
    ['MINTMARK_BEARER_AUDIENCE', ['x'.repeat(1025)]],
    ['MINTMARK_BEARER_CLIENT_IDS', [',', '0oa1,', ',0oa1', '0oa1,,0oa2', '0oa1 0oa2', 'x'.repeat(256)]],
    ['MINTMARK_BEARER_SCOPE', ['a b', 'a,b"', 'é', 'x'.repeat(256), ' a']],
    [
      'MINTMARK_BEARER_ALGORITHMS',
      ['none', 'HS256', 'RS256,none', 'RS256,HS256', 'rs256', 'RS256;ES256', 'RS1', 'RS256,', 'ES256K'],
    ],
  ])('is refused where %s is faulty', (name, values) => {
    for (const value of values)
      expect([value, faultyNames({ ...BEARER, [name]: value })]).toEqual([value, [name]]);
  });

  it('takes pinned keys from a file, alone or beside the address', async () => {
    const file = await writeText('keys.json', '{"keys":[{"kty":"RSA"}]}');
    const alone = { ...BEARER, MINTMARK_BEARER_JWKS_URI: '', MINTMARK_BEARER_JWKS_FILE: file };
    expect(readHookServiceConfiguration({ ...SERVICE, ...alone }).bearer).toMatchObject({
      ...{ jwksUri: null, pinnedJwks: '{"keys":[{"kty":"RSA"}]}' },
    });
    const both = { ...alone, MINTMARK_BEARER_JWKS_URI: BEARER.MINTMARK_BEARER_JWKS_URI };
    expect(() => readHookServiceConfiguration({ ...SERVICE, ...both })).not.toThrow();
  });

  it('is refused where the file of pinned keys holds none', async () => {
    const files = [
      ...['', '[]', '{}', '{"keys":{}}', '{"keys":[]}', 'null', '{"keys":[{}]'].map((text, index) =>
        writeText(`no-keys-${String(index)}.json`, text),
      ),
      Promise.resolve(join(folder, 'nowhere.json')),
      Promise.resolve(folder),
    ];
    for (const file of await Promise.all(files)) {
      expect(faultyNames({ ...BEARER, MINTMARK_BEARER_JWKS_FILE: file })).toEqual([
        'MINTMARK_BEARER_JWKS_FILE',
      ]);
    }
  });

  it('takes a CA of one’s own for the keys, where there is something to fetch', async () => {
    const withCa = { ...BEARER, MINTMARK_BEARER_CA_FILE: one.certFile };
    expect(readHookServiceConfiguration({ ...SERVICE, ...withCa }).bearer?.ca).toContain('CERTIFICATE');
    for (const file of [garbage, one.keyFile, join(folder, 'nowhere.pem')])
      expect(faultyNames({ ...BEARER, MINTMARK_BEARER_CA_FILE: file })).toEqual(['MINTMARK_BEARER_CA_FILE']);
    const keys = await writeText('idle.json', '{"keys":[{}]}');
    const idle = { ...withCa, MINTMARK_BEARER_JWKS_URI: '', MINTMARK_BEARER_JWKS_FILE: keys };
    expect(faultyNames(idle)).toEqual(['MINTMARK_BEARER_CA_FILE']);
  });

  it('is off, and its variables are none of the command line’s business, without them', () => {
    expect(readHookConfiguration({}).bearer).toBeNull();
    expect(() => readDatabaseConfiguration({ ...SERVICE, MINTMARK_BEARER_ISSUER: 'x' })).not.toThrow();
  });
});

describe('recording', () => {
  const KEY = { MINTMARK_RECORD_KEY: 'k'.repeat(32) };

  it('is off until issuers are named, and then needs a key', () => {
    expect(readHookServiceConfiguration({ ...SERVICE, ...KEY }).recording).toBeNull();
    expect(faultyNames({ MINTMARK_RECORD_ISSUERS: '*' })).toEqual(['MINTMARK_RECORD_KEY']);
    expect(readHookConfiguration({ ...KEY, MINTMARK_RECORD_ISSUERS: '*' }).recording).toEqual({
      ...{ issuerIds: null, key: 'k'.repeat(32), ratio: 1, keptMs: 7 * 24 * 60 * 60 * 1000 },
      ...{ keptCalls: 1_000_000, callBytes: 64 * 1024, bufferBytes: 16 * 1024 * 1024 },
    });
  });

  it('takes every variable', () => {
    const variables = {
      ...{ ...KEY, MINTMARK_RECORD_ISSUERS: 'orders , billing', MINTMARK_RECORD_RATIO: '0.05' },
      ...{ MINTMARK_RECORD_DAYS: '1', MINTMARK_RECORD_CALLS: '5000' },
      ...{ MINTMARK_RECORD_CALL_KB: '8', MINTMARK_RECORD_BUFFER_MB: '2' },
    };
    expect(readHookServiceConfiguration({ ...SERVICE, ...variables }).recording).toEqual({
      ...{ issuerIds: ['orders', 'billing'], key: 'k'.repeat(32), ratio: 0.05, keptMs: 86_400_000 },
      ...{ keptCalls: 5_000, callBytes: 8 * 1024, bufferBytes: 2 * 1024 * 1024 },
    });
  });

  it('is of no concern to the command line, which may know the key', () => {
    expect(() => readDatabaseConfiguration({ ...SERVICE, MINTMARK_RECORD_ISSUERS: '*' })).not.toThrow();
    expect([readRecordingKey(KEY), readRecordingKey({})]).toEqual(['k'.repeat(32), undefined]);
    expect(() => readRecordingKey({ MINTMARK_RECORD_KEY: 'short' })).toThrow(ConfigurationError);
  });
});

const withExample = existsSync('.env.example') ? it : it.skip;

describe('.env.example', () => {
  withExample('lists exactly the variables that there are', () => {
    const lines = readFileSync('.env.example', 'utf8').split('\n');
    const names = lines.flatMap((line) => /^#? ?([A-Z][A-Z0-9_]+)=/.exec(line)?.slice(1) ?? []);
    expect([...new Set(names)].toSorted()).toEqual(KNOWN_NAMES);
  });
});
