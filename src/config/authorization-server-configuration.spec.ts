import { describe, expect, it } from '@jest/globals';
import { readAuthorizationServerConfiguration } from './authorization-server-configuration.js';
import { ConfigurationError } from './configuration-error.js';
import type { Environment } from './read-variables.js';

const ORG = { MINTMARK_AUTHORIZATION_SERVER_ORG_FILE: 'org.yaml' };

function refusalOf(environment: Environment): ConfigurationError | undefined {
  try {
    readAuthorizationServerConfiguration({ ...ORG, ...environment });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

function faultyNames(environment: Environment): readonly string[] | undefined {
  return refusalOf(environment)?.faults.map(({ variable }) => variable);
}

describe('the configuration of the mini authorization server', () => {
  it('needs nothing but the file of an org', () => {
    expect(readAuthorizationServerConfiguration(ORG)).toEqual({
      address: { host: '127.0.0.1', port: 8081 },
      orgFile: 'org.yaml',
      publicUrl: null,
      controlToken: null,
      hookCa: null,
      tls: null,
      log: { level: 'info', hashKey: undefined },
    });
    expect(faultyNames({ MINTMARK_AUTHORIZATION_SERVER_ORG_FILE: '' })).toEqual([
      'MINTMARK_AUTHORIZATION_SERVER_ORG_FILE',
    ]);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'login.acme.example'])('does not listen on %s', (host) => {
    expect(faultyNames({ MINTMARK_AUTHORIZATION_SERVER_HOST: host })).toEqual([
      'MINTMARK_AUTHORIZATION_SERVER_HOST',
    ]);
  });

  it.each([
    ['MINTMARK_AUTHORIZATION_SERVER_PORT', '65536'],
    ['MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL', 'https://login.acme.example/'],
    ['MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL', 'login.acme.example'],
    ['MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN', 'short'],
    ['MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE', '/nowhere/ca.pem'],
    ['MINTMARK_LOG_LEVEL', 'loud'],
    ['MINTMARK_AUTHORIZATION_SERVER_PROT', '1'],
  ])('refuses %s=%s', (name, value) => {
    expect(faultyNames({ [name]: value })).toEqual([name]);
  });

  it('does not quote a control token that is refused', () => {
    const refusal = refusalOf({ MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN: 'tiger' });
    expect(refusal?.message).toContain('MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN: must');
    expect(refusal?.message).not.toContain('tiger');
  });

  it.each(['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE'])('wants %s and its other half', (name) => {
    expect(faultyNames({ [name]: '/nowhere.pem' })).toHaveLength(2);
  });
});
