import { stringify } from 'yaml';
import type { Client, CustomServer, Org, User } from '../../src/authorization-server/org/org.js';
import { readOrgFile } from '../../src/authorization-server/org/read-org-file.js';

type Json = Readonly<Record<string, unknown>>;

const USERS = [
  {
    id: '00udana',
    groups: ['Staff', 'Admins'],
    lastUpdated: '2026-05-06T07:08:09.000Z',
    profile: {
      ...{ login: 'dana@acme.example', email: 'dana@acme.example', firstName: 'Dana', lastName: 'Rivers' },
      ...{ locale: 'en_US', timeZone: 'America/Los_Angeles', department: 'Fulfilment', nickName: '' },
    },
  },
  { id: '00ueli', groups: ['Partners'], profile: { login: 'eli@blue.example' } },
];

const CLIENTS = [
  {
    id: '0oaweb',
    label: 'Web',
    secret: 'a-secret-of-the-web-app',
    redirectUris: ['https://app.example/callback'],
    grantTypes: ['authorization_code', 'refresh_token'],
    profile: { label: 'Orders' },
    assignments: {
      users: [{ user: '00udana', userName: 'dana', profile: { team: 'red' } }],
      groups: ['Partners'],
    },
  },
  { id: '0oaservice', label: 'Service', applicationType: 'service', secret: 'a-secret-of-the-service' },
];

/** A small org with Dana, Eli, a web application and a service; each part of its file may be replaced. */
export function orgOf(parts: Json = {}): Org {
  return readOrgFile(
    stringify({
      version: 1,
      org: { id: '00oacme', name: 'Acme', subDomain: 'acme' },
      groups: [{ name: 'Staff' }, { name: 'Admins' }, { name: 'Partners' }],
      users: USERS,
      clients: CLIENTS,
      authorizationServers: [serverFile()],
      ...parts,
    }),
  );
}

/** The one custom server of the file: it has the scopes of the invoicing story, and one rule for everything. */
export function serverFile(parts: Json = {}): Json {
  return {
    id: 'ausinvoices',
    name: 'Invoices',
    audience: 'api://invoices',
    scopes: [
      { name: 'read:invoices', default: true },
      { name: 'write:invoices', default: true },
    ],
    policies: [{ name: 'All', clients: ['ALL_CLIENTS'], rules: [ruleFile()] }],
    ...parts,
  };
}

export function ruleFile(parts: Json = {}): Json {
  return { name: 'Any', grantTypes: ['client_credentials', 'authorization_code'], ...parts };
}

export function serverOf(org: Org): CustomServer {
  return found(org.servers.get('ausinvoices'));
}

export function clientOf(org: Org, id: '0oaweb' | '0oaservice'): Client {
  return found(org.clients.get(id));
}

export function userOf(org: Org, id: '00udana' | '00ueli'): User {
  return found(org.users.get(id));
}

function found<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('it is not in the org');
  return thing;
}
