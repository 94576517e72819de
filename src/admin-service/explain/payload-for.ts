import type { ControlSnapshot, IssuerControl } from '../../directory/control/control-snapshot.js';
import { TOKEN_HOOK_EVENT_TYPE, type TokenHookRequest } from '../../okta/token-hook-request.js';
import { invalidFields, type FieldError } from '../problems/problem.js';
import type { ExplainDto } from './explain.dto.js';

/** Seconds: Okta's default. */
const LIFETIME = { lifetime: { expiration: 3_600 } };

/** The payload that Okta would send for a call. @throws Problem where too little is said of it */
export function payloadFor(question: ExplainDto, snapshot: ControlSnapshot): TokenHookRequest {
  const { client, user, scopes = [], tenant } = question;
  const issuer = findIssuer(question, snapshot);
  const faults: readonly FieldError[] = [
    ...(issuer.errors ?? []),
    ...(client === undefined
      ? [{ pointer: '/client', detail: 'must be given where there is no payload' }]
      : []),
  ];
  if (faults.length > 0 || issuer.uri === undefined || client === undefined) throw invalidFields(faults);
  const grantType = question.grantType ?? (user === undefined ? 'client_credentials' : 'authorization_code');
  const query = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
  const ofUser = user === undefined ? {} : { uid: user };
  return {
    eventType: TOKEN_HOOK_EVENT_TYPE,
    source: `${issuer.uri}/v1/token`,
    data: {
      context: {
        request: { url: { value: `${issuer.uri}/v1/token${query}` } },
        protocol: { request: { grant_type: grantType }, issuer: { uri: issuer.uri }, client: { id: client } },
        ...(user === undefined ? {} : { user: { id: user } }),
      },
      access: {
        claims: { cid: client, ...ofUser },
        token: LIFETIME,
        scopes: Object.fromEntries(scopes.map((scope) => [scope, { action: 'GRANT' }])),
      },
      ...(user !== undefined && scopes.includes('openid')
        ? { identity: { claims: { sub: user }, token: LIFETIME } }
        : {}),
    },
  };
}

type IssuerFinding =
  | { readonly uri: string; readonly errors?: undefined }
  | { readonly uri?: undefined; readonly errors: readonly FieldError[] };

/** By its id, its URI or an alias. */
function findIssuer({ issuer: name, org }: ExplainDto, { issuers }: ControlSnapshot): IssuerFinding {
  if (name === undefined)
    return { errors: [{ pointer: '/issuer', detail: 'must be given where there is no payload' }] };
  const [uri, control] = findByName(name, issuers);
  if (control === undefined) return { errors: [{ pointer: '/issuer', detail: `no such issuer: ${name}` }] };
  const isOfOrg = org === undefined || control.orgId === org;
  return isOfOrg ? { uri } : { errors: [{ pointer: '/org', detail: 'the issuer is of another org' }] };
}

function findByName(
  name: string,
  issuers: ReadonlyMap<string, IssuerControl>,
): readonly [string, IssuerControl | undefined] {
  const byUri = issuers.get(name);
  if (byUri !== undefined) return [name, byUri];
  const byId = [...issuers.values()].find(({ rules }) => rules.issuerId === name);
  return [byId?.rules.issuerUri ?? '', byId];
}
