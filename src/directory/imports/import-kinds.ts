import { isLine } from '../files/file-validators.js';
import { featureValueProblem } from '../files/feature-value.js';
import type { FeatureType } from '../../generated/prisma/client.js';
import { arrayLiteral } from './array-literal.js';
import {
  CellError,
  idIn,
  idsIn,
  jsonIn,
  listOf,
  optionalIdIn,
  windowIn,
  wordIn,
  type Cells,
} from './cells.js';
import type { Column } from './columns.js';
import type { ImportContext, ImportKind } from './import-kind.js';

const ORG: Column = { name: 'org', required: true, meaning: 'org id' };
const WINDOW: readonly Column[] = [
  { name: 'from', required: false, meaning: 'instant with an offset; empty for no bound' },
  { name: 'until', required: false, meaning: 'instant with an offset; empty for no bound' },
];
const WINDOW_TARGET = [
  { name: 'valid_from', value: 'i.valid_from', from: 'from' },
  { name: 'valid_until', value: 'i.valid_until', from: 'until' },
] as const;

// Looked up one by one, by their keys: a join would read whole tables for each batch. And where the hook reads them.
const NO_USER =
  '(SELECT id FROM mintmark_facts_users WHERE org_id = i.org_id AND id = i.user_id LIMIT 1) IS NULL';
const NO_TENANT = '(SELECT id FROM mintmark_facts_tenants WHERE id = i.tenant_id LIMIT 1) IS NULL';

const STATUSES = ['active', 'suspended'] as const;

export const USERS: ImportKind = {
  noun: 'user',
  columns: [
    ORG,
    { name: 'user', required: true, meaning: 'user id, such as 00u…' },
    { name: 'login', required: false, meaning: 'a label for people; empty for none' },
    { name: 'status', required: false, meaning: 'active or suspended' },
  ],
  input: ['org_id text', 'id text', 'login text', 'status status'],
  keyLength: 2,
  laneLength: 2,
  read: (cells) => {
    const login = cells('login');
    if (login !== null && !isLine(login))
      throw new CellError('login', 'must be text of 1 to 255 characters, without control characters');
    return [idIn(cells, 'org'), idIn(cells, 'user'), login, wordIn(cells, 'status', STATUSES)];
  },
  target: {
    table: 'users',
    key: ['org_id', 'id'],
    columns: [
      { name: 'login', value: 'i.login', from: 'login' },
      { name: 'status', value: `coalesce(i.status, 'active')`, from: 'status' },
    ],
  },
  problem: `CASE WHEN (SELECT id FROM orgs WHERE id = i.org_id) IS NULL THEN 'no such org' END`,
  isCovering: false,
};

const BOOLEANS = ['true', 'false'] as const;

export const MEMBERSHIPS: ImportKind = {
  noun: 'membership',
  columns: [
    ORG,
    { name: 'user', required: true, meaning: 'user id, such as 00u…' },
    { name: 'tenant', required: true, meaning: 'tenant id' },
    { name: 'roles', required: false, meaning: 'such as admin|viewer, or a list in JSON' },
    { name: 'default', required: false, meaning: 'true or false' },
    ...WINDOW,
  ],
  input: [
    ...['org_id text', 'user_id text', 'tenant_id text', 'roles text', 'is_default boolean'],
    ...['valid_from timestamptz', 'valid_until timestamptz'],
  ],
  keyLength: 3,
  // One default at a time, and so many memberships, are a user's.
  laneLength: 2,
  read: (cells) => {
    const key = [idIn(cells, 'org'), idIn(cells, 'user'), idIn(cells, 'tenant')];
    const { from, until } = windowIn(cells);
    return [...key, arrayLiteral(idsIn(cells, 'roles')), wordIn(cells, 'default', BOOLEANS), from, until];
  },
  target: {
    table: 'memberships',
    key: ['org_id', 'user_id', 'tenant_id'],
    columns: [
      { name: 'roles', value: 'i.roles::text[]', from: 'roles' },
      { name: 'is_default', value: 'coalesce(i.is_default, false)', from: 'default' },
      ...WINDOW_TARGET,
    ],
  },
  problem: `CASE WHEN ${NO_USER} THEN 'no such user in this org' WHEN ${NO_TENANT} THEN 'no such tenant' END`,
  isCovering: true,
};

export const GRANTS: ImportKind = {
  noun: 'feature grant',
  columns: [
    { name: 'id', required: true, meaning: 'yours to choose; a grant with this id is changed' },
    { name: 'tenant', required: true, meaning: 'tenant id' },
    { name: 'feature', required: true, meaning: 'feature id' },
    { name: 'value', required: true, meaning: 'of the feature’s type; lists such as eu|us, or in JSON' },
    { name: 'reason', required: true, meaning: 'for people' },
    { name: 'org', required: false, meaning: 'org id, for a grant to one user' },
    { name: 'user', required: false, meaning: 'user id, for a grant to one user' },
    ...WINDOW,
  ],
  input: [
    ...[
      'id text',
      'tenant_id text',
      'org_id text',
      'user_id text',
      'feature_id text',
      'feature_type feature_type',
    ],
    ...['value jsonb', 'reason text', 'valid_from timestamptz', 'valid_until timestamptz'],
  ],
  keyLength: 1,
  // Grants of one feature to one tenant or user, whatever their ids, must not overlap.
  laneLength: 0,
  read: (cells, context) => {
    const user = optionalIdIn(cells, 'user');
    const { type, value } = valueIn(cells, context);
    const reason = cells('reason');
    if (reason === null || reason.trim() === '' || reason.length > 1_000 || /[^\P{Cc}\n\t]/u.test(reason))
      throw new CellError('reason', 'must be text of 1 to 1000 characters, without control characters');
    const { from, until } = windowIn(cells);
    return [
      ...[idIn(cells, 'id'), idIn(cells, 'tenant'), user === null ? null : idIn(cells, 'org'), user],
      ...[idIn(cells, 'feature'), type, JSON.stringify(value), reason, from, until],
    ];
  },
  target: {
    table: 'feature_grants',
    key: ['id'],
    columns: [
      { name: 'tenant_id', value: 'i.tenant_id', from: 'tenant' },
      { name: 'org_id', value: 'i.org_id', from: 'tenant' },
      { name: 'user_id', value: 'i.user_id', from: 'tenant' },
      { name: 'feature_id', value: 'i.feature_id', from: 'feature' },
      { name: 'feature_type', value: 'i.feature_type', from: 'feature' },
      { name: 'value', value: 'i.value', from: 'value' },
      { name: 'reason', value: 'i.reason', from: 'reason' },
      ...WINDOW_TARGET,
    ],
  },
  problem: `CASE WHEN ${NO_TENANT} THEN 'no such tenant'
    WHEN i.user_id IS NOT NULL AND ${NO_USER} THEN 'no such user in this org' END`,
  isCovering: false,
};

interface TypedValue {
  readonly type: FeatureType;
  readonly value: unknown;
}

function valueIn(cells: Cells, { features }: ImportContext): TypedValue {
  const featureId = idIn(cells, 'feature');
  const type = features.get(featureId);
  if (type === undefined) throw new CellError('feature', 'is none that the directory has');
  const cell = cells('value') ?? '';
  const value = parsedAs(type, cell);
  const problem = featureValueProblem(type, value);
  if (problem !== undefined) throw new CellError('value', problem);
  return { type, value };
}

function parsedAs(type: FeatureType, cell: string): unknown {
  switch (type) {
    case 'string':
      return cell;
    case 'string_list':
      return listOf(cell === '' ? null : cell, 'value');
    default:
      return jsonIn(cell, 'value');
  }
}

/** By the names that people use. */
export const IMPORT_KINDS = { memberships: MEMBERSHIPS, users: USERS, grants: GRANTS } as const;
