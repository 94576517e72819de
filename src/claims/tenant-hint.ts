import { parseRequestUrl, REQUEST_URL_LIMIT } from '../okta/request-url.js';
import { isId } from './identifiers.js';

/** What the request says about the wanted tenant. `refused` hints select nothing: repeated, contradicting or malformed. */
export type TenantHint =
  | { readonly kind: 'none' }
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly fromQuery: boolean }
  | { readonly kind: 'refused'; readonly why: string };

const SCOPE_PREFIX = 'tenant:';
const QUERY_PARAMETER = 'tenant';

/**
 * What nearly all requests have: surely a URL, of a host by name, all of it in ASCII, and with no parameter's name percent-encoded.
 * Where it holds, a parameter that is not in the text is not in the query: no call needs the parser for that.
 */
const PLAIN_URL =
  /^https:\/\/(?:(?!xn--)[a-z\d-]+\.)+[a-z]+(?::\d{1,4})?\/[!-%'->@-~]*(?:[?&][!-$'-<>@-~]*(?:=[!-%'->@-~]*)?)*$/;

/**
 * Reads the hint from the granted scopes (`tenant:<id>`) and from the `tenant` query parameter of
 * `data.context.request.url.value`. Both are in the hands of end users: whatever is odd about them makes the hint
 * `refused`, never an error. Several hints must not occur, and a scope and a query must agree.
 *
 * @param request `data.context.request` of the payload, as it came
 */
export function readTenantHint(scopes: readonly string[], request: unknown): TenantHint {
  const scoped = scopes
    .filter((scope) => scope.startsWith(SCOPE_PREFIX))
    .map((s) => s.slice(SCOPE_PREFIX.length));
  const queried = queryHints(request);
  if (queried === undefined) return { kind: 'refused', why: 'the request URL is not a URL' };
  if (scoped.length > 1) return { kind: 'refused', why: 'several tenant scopes were granted' };
  if (queried.length > 1) return { kind: 'refused', why: 'the tenant query parameter is repeated' };
  const [fromScope, fromQuery] = [scoped[0], queried[0]];
  if (fromScope !== undefined && fromQuery !== undefined && fromScope !== fromQuery) {
    return { kind: 'refused', why: 'the tenant scope and the tenant query parameter disagree' };
  }
  const tenantId = fromScope ?? fromQuery;
  if (tenantId === undefined) return { kind: 'none' };
  if (!isId(tenantId)) return { kind: 'refused', why: 'the hint is not a tenant id' };
  return { kind: 'tenant', tenantId, fromQuery: fromQuery !== undefined };
}

/** All values of the `tenant` query parameter, or `undefined` where a URL is there and cannot be read. */
function queryHints(request: unknown): readonly string[] | undefined {
  let url = request;
  for (const name of ['url', 'value']) {
    if (url === undefined || url === null) return [];
    if (typeof url !== 'object') return undefined;
    url = Reflect.get(url, name);
  }
  if (url === undefined || url === null) return [];
  if (typeof url !== 'string' || url.length > REQUEST_URL_LIMIT) return undefined;
  if (PLAIN_URL.test(url) && !url.includes(QUERY_PARAMETER)) return [];
  return parseRequestUrl(url)?.searchParams.getAll(QUERY_PARAMETER);
}
