import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeKeyPair } from '../../test/support/key-pair-files.js';
import {
  readAdminConfiguration,
  readAdminServiceConfiguration,
  readPlaygroundAdminConfiguration,
} from './admin-configuration.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
import type { Environment } from './read-variables.js';

const folder = await mkdtemp(join(tmpdir(), 'mintmark-admin-configuration-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const POSTGRESQL = 'postgresql://mintmark:hunter2@db.example:5432/mintmark';
const SERVICE = { DATABASE_URL: POSTGRESQL };
const { certFile, keyFile } = await writeKeyPair(folder, 'admin');
const TLS = { MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile };

const BEARER = {
  MINTMARK_ADMIN_BEARER_ISSUER: 'https://login.acme.example/oauth2/admins',
  MINTMARK_ADMIN_BEARER_AUDIENCE: 'mintmark-admin',
  MINTMARK_ADMIN_BEARER_CLIENT_IDS: '0oaOne,0oaTwo',
  MINTMARK_ADMIN_BEARER_ALGORITHMS: 'ES256',
  MINTMARK_ADMIN_BEARER_JWKS_URI: 'https://login.acme.example/oauth2/admins/v1/keys',
};

function faultsOf(
  environment: Environment,
  read: (environment: Environment) => unknown = readAdminServiceConfiguration,
): readonly ConfigurationFault[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

function faultyNames(environment: Environment): readonly string[] {
  return faultsOf({ ...SERVICE, ...environment }).map(({ variable }) => variable);
}

describe('the configuration of the admin service', () => {
  it('has a default for everything but the database in production, and listens on loopback', () => {
    expect(readAdminServiceConfiguration(SERVICE)).toEqual({
      address: { host: '127.0.0.1', port: 8082 },
      ops: { host: '127.0.0.1', port: 9465 },
      log: { level: 'info', hashKey: undefined },
      ...{ bearer: null, drainMs: 5_000, tls: null, tlsFiles: null },
      database: { engine: 'postgresql', url: POSTGRESQL, directUrl: POSTGRESQL, poolSize: 10 },
    });
    expect(faultsOf({ NODE_ENV: 'production' }).map(({ variable }) => variable)).toEqual(['DATABASE_URL']);
  });

  it('takes every variable, and is frozen', () => {
    const configuration = readAdminServiceConfiguration({
      ...{ ...SERVICE, ...TLS, ...BEARER },
      ...{ MINTMARK_ADMIN_HOST: '0.0.0.0', MINTMARK_ADMIN_PORT: '0', MINTMARK_ADMIN_OPS_HOST: '::1' },
      ...{ MINTMARK_ADMIN_OPS_PORT: '65535', MINTMARK_LOG_LEVEL: 'debug', MINTMARK_DRAIN_SECONDS: '0' },
      ...{ MINTMARK_TLS_RELOAD_SECONDS: '3600', MINTMARK_DATABASE_POOL_SIZE: '2' },
    });
    expect(configuration).toMatchObject({
      address: { host: '0.0.0.0', port: 0 },
      ops: { host: '::1', port: 65_535 },
      log: { level: 'debug' },
      drainMs: 0,
      tlsFiles: { certFile, keyFile, reloadMs: 3_600_000 },
      database: { poolSize: 2 },
      bearer: {
        issuer: BEARER.MINTMARK_ADMIN_BEARER_ISSUER,
        audience: 'mintmark-admin',
        clientIds: ['0oaOne', '0oaTwo'],
        algorithms: ['ES256'],
        jwksUri: BEARER.MINTMARK_ADMIN_BEARER_JWKS_URI,
      },
    });
    const parts = [configuration, configuration.address, configuration.ops, configuration.log];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });

  it.each([
    ['MINTMARK_ADMIN_PORT', '65536'],
    ['MINTMARK_ADMIN_PORT', '80a'],
    ['MINTMARK_ADMIN_OPS_PORT', '-1'],
    ['MINTMARK_ADMIN_HOST', 'a b'],
    ['MINTMARK_ADMIN_OPS_HOST', 'http://x'],
    ['MINTMARK_LOG_LEVEL', 'loud'],
    ['MINTMARK_DRAIN_SECONDS', '61'],
    ['MINTMARK_ADMIN_HOTS', '127.0.0.1'],
  ])('refuses %s=%s by its name', (variable, value) => {
    expect(faultyNames({ ...TLS, [variable]: value })).toEqual([variable]);
  });

  it('says every fault at once', () => {
    expect(
      faultyNames({ MINTMARK_ADMIN_PORT: 'x', MINTMARK_LOG_LEVEL: 'x', MINTMARK_ADMIN_BEARER_AUDIENCE: 'a' }),
    ).toEqual(
      expect.arrayContaining(['MINTMARK_ADMIN_PORT', 'MINTMARK_LOG_LEVEL', 'MINTMARK_ADMIN_BEARER_ISSUER']),
    );
  });
});

describe('the way to the admin service', () => {
  it.each(['127.0.0.1', '::1', 'localhost'])('may be in the clear on %s', (host) => {
    expect(faultyNames({ MINTMARK_ADMIN_HOST: host })).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'admin.internal', '127.0.0.1.example'])('is TLS on %s', (host) => {
    expect(faultyNames({ MINTMARK_ADMIN_HOST: host })).toEqual(['MINTMARK_TLS_CERT_FILE']);
    expect(faultyNames({ MINTMARK_ADMIN_HOST: host, ...TLS })).toEqual([]);
  });

  it('needs a certificate and its key, on loopback too', () => {
    expect(faultyNames({ MINTMARK_TLS_CERT_FILE: certFile })).toEqual(['MINTMARK_TLS_KEY_FILE']);
    expect(faultyNames({ MINTMARK_TLS_KEY_FILE: keyFile })).toEqual(['MINTMARK_TLS_CERT_FILE']);
    const missing = join(folder, 'missing.pem');
    expect(faultyNames({ ...TLS, MINTMARK_TLS_CERT_FILE: missing })).toEqual(['MINTMARK_TLS_CERT_FILE']);
  });
});

describe('the issuer of admin tokens', () => {
  it.each([
    'MINTMARK_ADMIN_BEARER_ISSUER',
    'MINTMARK_ADMIN_BEARER_AUDIENCE',
    'MINTMARK_ADMIN_BEARER_CLIENT_IDS',
  ])('is not one without %s, which is named', (variable) => {
    const faults = faultsOf({ ...SERVICE, ...BEARER, [variable]: '' });
    expect(faults).toEqual([{ variable, problem: expect.stringContaining('is not set') }]);
    // The variables of the hook's callers, whose checks these are, mean something else.
    expect(JSON.stringify(faults)).not.toMatch(/MINTMARK_BEARER_/);
  });

  it('gives its keys over https, or in a file, and not by both', () => {
    const uri = 'MINTMARK_ADMIN_BEARER_JWKS_URI';
    expect(faultyNames({ ...BEARER, [uri]: 'http://login.acme.example/keys' })).toEqual([uri]);
    expect(faultyNames({ ...BEARER, [uri]: '' })).toHaveLength(1);
    expect(faultyNames({ ...BEARER, MINTMARK_ADMIN_BEARER_JWKS_FILE: certFile })).not.toEqual([]);
  });

  it('has nothing to do with that of the hook’s callers', () => {
    const { bearer } = readAdminConfiguration({ MINTMARK_BEARER_ISSUER: 'https://other.example' });
    expect(bearer).toBeNull();
  });
});

describe('the configuration within the playground', () => {
  it('is on loopback, and ends at once', () => {
    expect(readPlaygroundAdminConfiguration({})).toMatchObject({
      ...{ address: { host: '127.0.0.1', port: 8082 }, drainMs: 0, bearer: null },
    });
  });

  it('is nowhere else, whatever its certificate', () => {
    const elsewhere = { MINTMARK_ADMIN_HOST: '0.0.0.0', MINTMARK_ADMIN_OPS_HOST: '10.0.0.1', ...TLS };
    expect(faultsOf(elsewhere, readPlaygroundAdminConfiguration)).toEqual([
      { variable: 'MINTMARK_ADMIN_HOST', problem: expect.stringContaining('loopback') },
      { variable: 'MINTMARK_ADMIN_OPS_HOST', problem: expect.stringContaining('loopback') },
    ]);
  });
});
