import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { directorySchema, type JsonSchema } from '../../src/directory/files/directory-schema.js';
import { readDirectoryFile } from '../../src/directory/files/read-directory-file.js';

const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(directorySchema());

/** The places of a file that an editor would mark, such as `/tenants/0/name`. */
function marked(text: string): readonly string[] {
  if (validate(parse(text))) return [];
  return [...new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))];
}

function isRefused(text: string): boolean {
  try {
    readDirectoryFile('file', text);
    return false;
  } catch {
    return true;
  }
}

describe('the JSON Schema of directory files', () => {
  it('is the one that is checked in: "npx mintmark schema" prints it', async () => {
    const file = await readFile('examples/directory.schema.json', 'utf8');
    expect(JSON.parse(file)).toEqual(directorySchema());
  });

  it.each(['examples/directory.yaml'])('accepts %s', async (name) => {
    expect(marked(await readFile(name, 'utf8'))).toEqual([]);
  });

  it('has a sentence for every member', () => {
    const { definitions, ...root } = directorySchema();
    const types = { File: root, ...(definitions as Readonly<Record<string, JsonSchema>>) };
    const silent = Object.entries(types).flatMap(([name, { properties }]) =>
      Object.entries(properties as Readonly<Record<string, JsonSchema>>)
        .filter(([, { description }]) => typeof description !== 'string')
        .map(([member]) => `${name}.${member}`),
    );
    expect(silent).toEqual([]);
  });

  it.each([
    [
      'an empty bound of a window',
      'tenants: [{ id: a, name: A, subscriptions: [{ id: s, plan: p, from: , until: }] }]',
    ],
    ['values of every type', 'plans: [{ id: p, rank: 1, features: { a: true, b: 1, c: x, d: [x, y] } }]'],
    ['ids with spaces within', 'tenants: [{ id: "a b", name: "ä ö" }]'],
    [
      'an instant with an offset',
      'tenants: [{ id: a, name: A, grants: [{ id: g, feature: f, value: 1, reason: r, from: 2026-01-01T00:00:00.5+01:00 }] }]',
    ],
  ])('accepts what is accepted: %s', (_, members) => {
    const text = `version: 1\n${members}\n`;
    expect({ isRefused: isRefused(text), marked: marked(text) }).toEqual({ isRefused: false, marked: [] });
  });

  it.each([
    ['no version', 'tenants: []', ''],
    ['another version', 'version: 2', '/version'],
    ['an unknown member', 'version: 1\ntenant: []', ''],
    ['an unknown member within', 'version: 1\ntenants: [{ id: a, name: A, nam: B }]', '/tenants/0'],
    ['a missing member', 'version: 1\ntenants: [{ id: a }]', '/tenants/0'],
    ['an id with white space', 'version: 1\ntenants: [{ id: " a", name: A }]', '/tenants/0/id'],
    ['an id that is a number', 'version: 1\ntenants: [{ id: 7, name: A }]', '/tenants/0/id'],
    ['a word that is none', 'version: 1\nfeatures: [{ id: a, type: bool }]', '/features/0/type'],
    [
      'a date',
      'version: 1\ntenants: [{ id: a, name: A, subscriptions: [{ id: s, plan: p, from: 2026-01-01 }] }]',
      '/tenants/0/subscriptions/0/from',
    ],
    [
      'a URI with a slash at the end',
      'version: 1\norgs: [{ id: a, url: https://a.example, issuers: [{ id: i, uri: https://a.example/ }] }]',
      '/orgs/0/issuers/0/uri',
    ],
    [
      'a token that is none',
      'version: 1\nclaimMappings: [{ id: a, claim: a, expression: x, tokens: [refresh] }]',
      '/claimMappings/0/tokens/0',
    ],
    [
      'a priority above all',
      'version: 1\nclaimMappings: [{ id: a, claim: a, expression: x, priority: 1001 }]',
      '/claimMappings/0/priority',
    ],
    [
      'roles twice',
      'version: 1\norgs: [{ id: a, url: https://a.example, users: [{ id: u, memberships: [{ tenant: t, roles: [r, r] }] }] }]',
      '/orgs/0/users/0/memberships/0/roles',
    ],
    [
      'a value of no type',
      'version: 1\nplans: [{ id: p, rank: 1, features: { a: { b: 1 } } }]',
      '/plans/0/features/a',
    ],
  ])('marks what is refused: %s', (_, text, place) => {
    expect(marked(text)).toContain(place);
  });
});
