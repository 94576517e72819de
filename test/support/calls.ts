import { examplePayload, withMembers, type Payload } from './payloads.js';

const ISSUERS = 'https://login.acme.example/oauth2/';

/** Issuers of the sample directory. */
export const ISSUER = {
  orders: `${ISSUERS}aus7k2m9QxRtYb4Vw1d7`,
  ordersAlias: 'https://id.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7',
  strict: `${ISSUERS}aus2s4t6StRiCt8Xy1d7`,
  shadow: `${ISSUERS}aus3s5h7ShAdOw9Yz1d7`,
  off: `${ISSUERS}aus4o6f8OfFoFf1Za1d7`,
} as const;

/** Users of the sample directory. */
export const USER = {
  dana: '00u4t9y2JkLmWq7Rz1d7',
  eli: '00u1e3l5EiBcDf7Gh1d7',
  fay: '00u2f4a6FyCdEg8Hi1d7',
  gus: '00u3g5u7GsDeFh9Ij1d7',
  hana: '00u4h6a8HnEfGi1Jk1d7',
  ivo: '00u5i7v9IoFgHj2Kl1d7',
  jo: '00u6j8o1JoGhIk3Lm1d7',
  kim: '00u7k9i2KmHiJl4Mn1d7',
  lea: '00u8l1e3LaIjKm5No1d7',
  max: '00u9m2x4MxJkLn6Op1d7',
  nia: '00u1n3a5NaKlMo7Pq1d7',
  oz: '00u2o4z6OzLmNp8Qr1d7',
} as const;

/** Clients of the sample directory. */
export const CLIENT = {
  web: '0oa8h3n5LpCfGs6Zk1d7',
  native: '0oa5c1r7BnMjHt9Xq1d7',
  batch: '0oa3w6e8DvKyPu2Na1d7',
  partner: '0oa1p3o5PrTaLb7Cd1d7',
  exporter: '0oa2e4x6ExPoRc8De1d7',
  reporter: '0oa3r5e7RePoRd9Ef1d7',
  operations: '0oa4o6p8OpSaBe1Fg1d7',
  idle: '0oa5n7o9NoTeNf2Gh1d7',
  amber: '0oa6a8m1AmBeRg3Hi1d7',
  beta: '0oa7s9h2ShAdCh4Ij1d7',
  status: '0oa8o1f3OfFcLi5Jk1d7',
  console: '0oa9c2o4CoNsOj6Kl1d7',
  payments: '0oa1d3n5DeNyPk7Lm1d7',
} as const;

export interface UserCall {
  readonly user: string;
  readonly client?: string;
  readonly issuer?: string;
  readonly scopes?: readonly string[];
  /** Query of the request URL, without the question mark. */
  readonly query?: string;
}

/** A call for an access token of a user, by the password grant: at `/token`, without an ID token. */
export function userCall({
  user,
  client = CLIENT.web,
  issuer = ISSUER.orders,
  scopes = [],
  query = '',
}: UserCall): Payload {
  return withMembers(examplePayload('request_08_resource_owner_password'), {
    'data.identity': undefined,
    'data.access.claims.uid': user,
    'data.access.claims.cid': client,
    'data.access.scopes': granted(scopes),
    'data.context.user.id': user,
    'data.context.request.url.value': `${issuer}/v1/token${query === '' ? '' : `?${query}`}`,
    'data.context.protocol.client.id': client,
    'data.context.protocol.issuer.uri': issuer,
  });
}

export type MachineCall = Omit<UserCall, 'user'> & { readonly client: string };

/** A call for an access token of a client itself, by client credentials. */
export function machineCall({
  client,
  issuer = ISSUER.orders,
  scopes = [],
  query = '',
}: MachineCall): Payload {
  return withMembers(examplePayload('request_07_client_credentials'), {
    'data.access.claims.cid': client,
    'data.access.claims.sub': client,
    'data.access.scopes': granted(scopes),
    'data.context.request.url.value': `${issuer}/v1/token${query === '' ? '' : `?${query}`}`,
    'data.context.protocol.client.id': client,
    'data.context.protocol.issuer.uri': issuer,
  });
}

function granted(scopes: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    scopes.map((scope, index) => [scope, { id: `scp${String(index)}`, action: 'GRANT' }]),
  );
}
