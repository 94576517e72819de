import { advised, Cases, documented, inferred, type ConformanceFamily } from './conformance-case.js';

const USER = documented('Reference user attributes');
const APP = documented('Reference app and org properties');
const NEVER_SET = inferred('an attribute that was never set is null');
const NOT_IN_CLAIMS = documented('explicit references to apps are not supported for OAuth claims');

export const CONTEXTS_OF_CLAIMS: ConformanceFamily = {
  title: 'What a claim can see',
  cases: new Cases()
    .give('user', USER, ['user.email', 'dana@acme.example'], ['user.teams', ['red', 'blue']])
    .give('user', NEVER_SET, ['user.neverSet', null], ['user.neverSet.deeper', null], ['user.nickName', ''])
    .give(
      'user',
      inferred('nothing comes from a prototype'),
      ['user.constructor', null],
      ['user.__proto__', null],
    )
    .giveMachines(
      'user',
      inferred('client credentials have no user'),
      ['user.email', null],
      ['user.teams[0]', null],
    )
    .fail('user', NEVER_SET, ['user.level.x', 'a number has no member x'])
    .give(
      'user.getInternalProperty',
      USER,
      ['user.getInternalProperty("id")', '00uDana'],
      ['user.getInternalProperty("status")', 'ACTIVE'],
    )
    .giveMachines('user.getInternalProperty', inferred('client credentials have no user'), [
      'user.getInternalProperty("id")',
      null,
    ])
    .fail('user.getInternalProperty', inferred('only these two are documented'), [
      'user.getInternalProperty("password")',
      'a user has no such internal property',
    ])
    .give('appuser', USER, ['appuser.userName', 'dana'], ['appuser.team', 'red'])
    .giveMachines('appuser', inferred('the default expression of sub'), ['appuser.userName', null])
    .give('appuser', advised('the default expression of sub'), [
      '(appuser != null) ? appuser.userName : app.clientId',
      'dana',
    ])
    .giveMachines('appuser', advised('the default expression of sub'), [
      '(appuser != null) ? appuser.userName : app.clientId',
      '0oaWeb',
    ])
    .give('app', APP, ['app.id', '0oaWeb'], ['app.clientId', '0oaWeb'])
    .give(
      'app',
      advised('guide: app profile attributes in claims'),
      ['app.profile.label', 'Orders'],
      ['app.profile.limits.daily', 5],
    )
    .give(
      'access',
      advised('guide: a claim of the scopes'),
      ['access.scope', ['openid', 'orders:read']],
      ['String.replace(Arrays.toCsvString(access.scope),","," ")', 'openid orders:read'],
    )
    .give('org', APP, ['org.name', 'Acme'], ['org.subDomain', 'acme'])
    .give('session', documented('Session properties'), ['session.amr', ['pwd']])
    .fail(
      'others',
      NOT_IN_CLAIMS,
      ['zendesk.firstName', 'the name zendesk is not known'],
      ['zendesk_app.companySubDomain', 'the name zendesk_app is not known'],
    )
    .fail('others', documented('IdP user profile: for username transforms only'), [
      'idpuser.firstName',
      'the name idpuser is not known',
    ]).all,
};
