/** The body of an error of Okta's own APIs (okta/authorization-server.md section 9.1). */
export interface OktaApiErrorBody {
  readonly errorCode: string;
  readonly errorSummary: string;
  /** The same as the code. */
  readonly errorLink: string;
  /** `oae…`. */
  readonly errorId: string;
  readonly errorCauses: readonly { readonly errorSummary: string }[];
}

/** An error in the shape of Okta's own APIs, which also discovery and an unknown `client_id` have (sections 2.1 and 3.8). */
export class OktaApiError extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly errorSummary: string;
  readonly causes: readonly string[];

  constructor(
    status: number,
    error: { readonly code: string; readonly summary: string },
    causes: readonly string[] = [],
  ) {
    super(error.summary);
    this.name = 'OktaApiError';
    this.status = status;
    this.errorCode = error.code;
    this.errorSummary = error.summary;
    this.causes = causes;
  }

  /** @param errorId `oae…`, made for this answer */
  toBody(errorId: string): OktaApiErrorBody {
    return {
      errorCode: this.errorCode,
      errorSummary: this.errorSummary,
      errorLink: this.errorCode,
      errorId,
      errorCauses: this.causes.map((errorSummary) => ({ errorSummary })),
    };
  }
}

/** An unknown or malformed `client_id` at an OAuth endpoint (section 3.8). */
export function unknownClientError(): OktaApiError {
  return new OktaApiError(401, {
    code: 'invalid_client',
    summary: "Invalid value for 'client_id' parameter.",
  });
}

/** A bad `client_id` in the query of a discovery document (section 2.1). */
export function discoveryClientError(): OktaApiError {
  return new OktaApiError(400, {
    code: 'invalid_client',
    summary: "Invalid value for 'client_id' parameter",
  });
}

/** The types of things that Okta's API names where one is not found (section 9.1). */
export type OktaResourceType =
  | 'AuthorizationServer'
  | 'OAuth2Scope'
  | 'OAuth2Claim'
  | 'Policy'
  | 'PolicyRule'
  | 'PublicClientApp'
  | 'InlineHook'
  | 'HookKey'
  | 'User'
  | 'UserGroup';

/** A thing that is not there (section 9.1), for example an authorization server in a discovery URL (section 2.1). */
export function notFoundError(id: string, type: OktaResourceType): OktaApiError {
  return new OktaApiError(404, {
    code: 'E0000007',
    summary: `Not found: Resource not found: ${id} (${type})`,
  });
}

/** A path that is no endpoint (section 9.1). */
export function pathNotFoundError(): OktaApiError {
  return new OktaApiError(404, { code: 'E0000008', summary: 'The requested path was not found' });
}

/** A method that an endpoint does not take (section 9.1). */
export function methodNotAllowedError(): OktaApiError {
  return new OktaApiError(405, {
    code: 'E0000022',
    summary: 'The endpoint does not support the provided HTTP method',
  });
}

/** A body that does not hold what it should (section 9.1). */
export function validationError(subject: string, causes: readonly string[]): OktaApiError {
  return new OktaApiError(400, { code: 'E0000001', summary: `Api validation failed: ${subject}` }, causes);
}
