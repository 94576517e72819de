import type { ExpressionContext } from '../expression-context.js';
import { ExpressionGroup } from '../expression-group.js';
import type { ConformanceCase } from './conformance-case.js';

/** The groups of the examples in Okta's reference, with what the others of its examples need. */
const GROUPS = [
  group({ id: '00gak46y5hydV6NdM0g4', name: 'Everyone', type: 'BUILT_IN' }),
  group({ id: '00g1emaKYZTWRYYRRTSK', name: 'West Coast Users', type: 'OKTA_GROUP' }),
  group({
    id: '00garwpuyxHaWOkdV0g4',
    name: 'West Coast Admins',
    description: 'Admins of the West',
    type: 'OKTA_GROUP',
    profile: { costCenter: 7 },
  }),
  group({
    id: '00gjitX9HqABSoqTB0g3',
    name: 'Engineering Users',
    type: 'APP_GROUP',
    source: { id: '0oaDirectory', type: 'active_directory' },
    objectClass: ['okta:windows_security_principal'],
  }),
];

function group(
  facts: Pick<ExpressionGroup, 'id' | 'name' | 'type'> & Partial<ExpressionGroup>,
): ExpressionGroup {
  const { name, description = '', profile = {} } = facts;
  return new ExpressionGroup({
    ...{ source: null, objectClass: ['okta:user_group'] },
    ...facts,
    ...{ description, profile: { ...profile, name, description } },
  });
}

const SHARED = {
  app: {
    id: '0oaWeb',
    clientId: '0oaWeb',
    profile: {
      label: 'Orders',
      limits: { daily: 5 },
      groupwhitelist: ['00garwpuyxHaWOkdV0g4', '00gjitX9HqABSoqTB0g3', '00gNotHers'],
    },
  },
  access: { scope: ['openid', 'orders:read'] },
  org: { name: 'Acme', subDomain: 'acme' },
};

/** What the cases are evaluated with. */
export const CONTEXTS: Readonly<Record<ConformanceCase['as'], ExpressionContext>> = {
  person: {
    variables: {
      ...SHARED,
      user: {
        ...{ login: 'dana@acme.example', email: 'dana@acme.example', firstName: 'Dana', lastName: 'Rivers' },
        ...{ nickName: '', level: 3, share: 123.6, isManager: true, teams: ['red', 'blue'] },
      },
      appuser: { userName: 'dana', team: 'red' },
      session: { amr: ['pwd'] },
    },
    person: { id: '00uDana', status: 'ACTIVE', groups: () => GROUPS },
  },
  machine: { variables: { ...SHARED, user: null, appuser: null, session: null }, person: null },
};
