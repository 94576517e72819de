import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { parseDocument } from 'yaml';
import { orgFile, startEchoHook, startEmulatedOrg } from '../../support/emulated-org.js';
import { outcome, refusal, requestToken, signIn } from '../../support/emulator-requests.js';

// Claims that are worked out by expressions, from the file of an org to the token and to the hook.

const CLAIMS = [
  { name: 'department', value: 'user.department ?: "none"' },
  { name: 'scope', value: 'String.replace(Arrays.toCsvString(access.scope), ",", " ")' },
  { name: 'mailbox', value: 'String.toUpperCase(String.substringBefore(user.email, "@"))' },
  { name: 'level', value: 'Convert.toInt(appuser.level) + 1' },
  {
    name: 'staff',
    value: 'isMemberOfGroupName("Staff") AND NOT isMemberOfGroupNameRegex("(?:Part|Cli)ners?")',
  },
  { name: 'groups', value: 'getFilteredGroups(app.profile.groupwhitelist, "group.profile.code", 40)' },
  { name: 'own', value: 'Groups.startsWith("OKTA", "St", 10) ?: {}' },
  { name: 'imported', value: "user.getGroups({'group.source.id': '0oaDirectory'}).![name]" },
  { name: 'where', value: 'org.subDomain + "/" + app.profile.label' },
  { name: 'kind', value: '(appuser != null) ? "person" : "machine"' },
] as const;

/** The org of these tests: its web app and its people have what the claims ask for. */
function orgWithClaims(hookUrl: string, claims: readonly unknown[]): string {
  const file = parseDocument(orgFile({ hookUrl }));
  const imported = { name: 'Engineering', type: 'APP_GROUP', source: { id: '0oaDirectory', type: 'ldap' } };
  file.setIn(
    ['groups'],
    file.createNode([{ id: '00gStaff', name: 'Staff', profile: { code: 'ST' } }, imported]),
  );
  file.setIn(['users', 0, 'groups'], file.createNode(['Staff', 'Engineering']));
  for (const index of [0, 1]) {
    const profile = { label: 'Orders', groupwhitelist: ['00gStaff', '00gOther'] };
    file.setIn(['clients', index, 'profile'], file.createNode(profile));
  }
  const assigned = { groups: ['Staff'], users: [{ user: '00uDana', profile: { level: '6.5' } }] };
  file.setIn(['clients', 1, 'assignments'], file.createNode(assigned));
  file.setIn(['authorizationServers', 1, 'claims'], file.createNode(claims));
  return file.toString();
}

const hook = await startEchoHook();
const server = await startEmulatedOrg({ org: orgWithClaims(hook.url, CLAIMS) });
const issuer = server.issuer('ausHooked');

function mintForMachine(): ReturnType<typeof requestToken> {
  return requestToken(issuer, '0oaService', { grant_type: 'client_credentials', scope: 'orders:read' });
}

describe('a token with claims that are expressions', () => {
  it('has for a person what they come to', async () => {
    const { access_token: token } = await signIn(server, { issuer, scope: 'openid orders:read' });
    expect(decodeJwt(String(token))).toMatchObject({
      department: 'none',
      scope: 'openid orders:read',
      mailbox: 'DANA',
      level: 8,
      staff: true,
      groups: ['ST'],
      own: ['Staff'],
      imported: ['Engineering'],
      where: 'test/Orders',
      kind: 'person',
    });
  });

  it('has for a machine what is left without a person, and shows it to the hook', async () => {
    server.replaceOrg(
      orgWithClaims(
        hook.url,
        CLAIMS.filter(({ name }) => name !== 'level'),
      ),
    );
    const { body } = await mintForMachine();
    const claims = decodeJwt(String(body['access_token']));
    const expected = {
      ...{ department: 'none', scope: 'orders:read', staff: false, where: 'test/Orders', kind: 'machine' },
    };
    expect(claims).toMatchObject(expected);
    for (const name of ['mailbox', 'groups', 'own', 'imported']) expect(claims).not.toHaveProperty(name);
    expect(hook.bodies.at(-1)?.data['access']).toMatchObject({ claims: expected });
  });

  it.each([
    ['Convert.toInt(appuser.level)', 'it is Convert.toInt(text or number), and not (null)'],
    ['String.reverse("x")', 'the function String.reverse is not known'],
    ['Groups.startsWith("OKTA", "St", 101)', 'it is Groups.startsWith(name, name, 1 to 100)'],
    ['user.email.', 'column 12: a name expected, the end found'],
  ])('is not minted where one fails: %s', async (value, why) => {
    server.replaceOrg(orgWithClaims(hook.url, [{ name: 'x', value }]));
    const called = hook.bodies.length;
    expect(outcome(await mintForMachine())).toEqual(
      refusal(400, 'server_error', "The 'x' user claim could not be evaluated."),
    );
    expect(hook.bodies).toHaveLength(called);
    expect(JSON.stringify(server.events().at(-1))).toContain(JSON.stringify(why).slice(1, -1));
  });
});
