import { describe, expect, it } from '@jest/globals';
import { OAUTH_ERRORS, oauthError, OAuthError } from './oauth-errors.js';
import { notFoundError, unknownClientError } from './okta-api-error.js';

describe('oauthError', () => {
  it('has the status and the words of the catalogue', () => {
    const error = oauthError('no_matching_policy');
    expect(error).toBeInstanceOf(OAuthError);
    expect(error.status).toBe(401);
    expect(error.toBody()).toEqual({
      error: 'access_denied',
      error_description: 'Policy evaluation failed for this request, please check the policy configurations.',
    });
  });

  it('names the value that a description has room for', () => {
    expect(oauthError('missing_token_request_parameter', 'code').description).toBe(
      "The required parameter 'code' is missing.",
    );
  });

  it('writes a value as it is, whatever a replacement text would make of it', () => {
    expect(oauthError('callback_returned_error', "$& $' {0}").description).toBe("$& $' {0}");
  });

  it('keeps the detail from the client', () => {
    const error = oauthError('invalid_client_secret').withDetail('the secret is the old one');
    expect(error.detail).toBe('the secret is the old one');
    expect(error.code).toBe('invalid_client_secret');
    expect(JSON.stringify(error.toBody())).not.toContain('old one');
    expect(error.message).not.toContain('old one');
  });

  it.each(Object.entries(OAUTH_ERRORS))('has a status, an error and at most one value in %s', (_, entry) => {
    const [status, error, description] = entry;
    expect([400, 401, 403, 429, 500]).toContain(status);
    expect(error).toMatch(/^[a-z_]+$/);
    expect(description.match(/\{\d\}/g) ?? []).toEqual(description.includes('{') ? ['{0}'] : []);
  });
});

describe('OktaApiError', () => {
  it('has the shape that an unknown client is answered in', () => {
    const error = unknownClientError();
    expect(error.status).toBe(401);
    expect(error.toBody('oae1')).toEqual({
      errorCode: 'invalid_client',
      errorSummary: "Invalid value for 'client_id' parameter.",
      errorLink: 'invalid_client',
      errorId: 'oae1',
      errorCauses: [],
    });
  });

  it('names what is not there', () => {
    const error = notFoundError('aus0', 'AuthorizationServer');
    expect(error.status).toBe(404);
    expect(error.toBody('oae1')).toMatchObject({
      errorCode: 'E0000007',
      errorSummary: 'Not found: Resource not found: aus0 (AuthorizationServer)',
    });
  });
});
