import type { SampleEnvelope, SampleRequest, SampleSession, SampleUser } from './sample-call.js';
import { DANA, sampleSession, sampleUser } from './sample-person.js';

/** The call of another inline hook (section 9), for whoever points both at one URL: it is no token hook's. */
export interface SamlCall extends SampleEnvelope {
  readonly data: {
    readonly context: {
      readonly request: SampleRequest;
      readonly protocol: unknown;
      readonly session: SampleSession;
      readonly user: SampleUser;
    };
    readonly assertion: unknown;
  };
}

export const SAML_SAMPLE = {
  name: 'saml-assertion',
  summary: 'another event: what a SAML hook is sent, which a token hook has to leave alone',
} as const;

const ORIGIN = 'https://login.acme.example';
const SOURCE = `${ORIGIN}/app/acme_samlapp_1/exk2b4n6Hj8KmQw1Er1d7/sso/saml`;
const SIGNED_IN_AT = Date.parse('2026-03-11T09:40:58.000Z');

/** Builds it; it is always the same. */
export function samlSample(): SamlCall {
  return {
    ...{ eventId: 'Pv2yA6bFYn0rTi4dGx8JeX', eventTime: '2026-03-11T09:45:12.000Z' },
    eventType: 'com.okta.saml.tokens.transform',
    ...{ eventTypeVersion: '1.0', contentType: 'application/json', cloudEventVersion: '0.1' },
    source: SOURCE,
    data: {
      context: {
        request: {
          id: '8f3a1c5e7b9d20416e8c0a2f4b6d8e01',
          method: 'GET',
          url: { value: SOURCE },
          ipAddress: '203.0.113.24',
        },
        protocol: {
          type: 'SAML2.0',
          issuer: {
            id: '0oa7v5c3Xz1QaWs9Ed1d7',
            name: 'Acme SAML App',
            uri: 'http://www.okta.com/exk2b4n6Hj8KmQw1Er1d7',
          },
        },
        session: sampleSession('engine', DANA, SIGNED_IN_AT),
        user: sampleUser(DANA, ORIGIN),
      },
      assertion: assertion(),
    },
  };
}

function assertion(): unknown {
  return {
    subject: {
      nameId: DANA.login,
      nameFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
      confirmation: {
        method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
        data: { recipient: 'https://sp.acme.example/acs' },
      },
    },
    authentication: {
      sessionIndex: 'id1773222312000.1846271934',
      authnContext: {
        authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      },
    },
    conditions: { audienceRestriction: ['urn:acme:sp'] },
    claims: {
      department: {
        attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified' },
        attributeValues: [{ attributes: { 'xsi:type': 'xs:string' }, value: 'Fulfilment' }],
      },
    },
    lifetime: { expiration: 300 },
  };
}
