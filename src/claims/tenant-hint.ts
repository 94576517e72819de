import { isId } from './identifiers.js';

/** What the request says about the wanted tenant. `refused` hints select nothing: repeated, contradicting or malformed. */
export type TenantHint =
  | { readonly kind: 'none' }
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly fromQuery: boolean }
  | { readonly kind: 'refused'; readonly why: string };

const SCOPE_PREFIX = 'tenant:';
const QUERY_PARAMETER = 'tenant';
const URL_LENGTH_LIMIT = 64 * 1024;

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
  if (typeof url !== 'string' || url.length > URL_LENGTH_LIMIT) return undefined;
  const look = lookThrough(url);
  // The parser would strip control characters at the ends: a URL that has any is none.
  if (look === 'controls') return undefined;
  // Most requests name no tenant; then it is enough that the URL is one.
  if (look === 'plain names' && !url.includes(QUERY_PARAMETER)) return URL.canParse(url) ? [] : undefined;
  try {
    return new URL(url).searchParams.getAll(QUERY_PARAMETER);
  } catch {
    return undefined;
  }
}

const [QUESTION_MARK, AMPERSAND, EQUALS_SIGN, PERCENT_SIGN] = [0x3f, 0x26, 0x3d, 0x25];

/**
 * Whether a URL has control characters (Unicode's Cc), or a parameter whose name has percent signs, which spell any name. Character
 * by character: this is done for every call, and two patterns took three times as long.
 */
function lookThrough(url: string): 'controls' | 'spelled names' | 'plain names' {
  let isSpelled = false;
  let isInName = false;
  for (let index = 0; index < url.length; index += 1) {
    const code = url.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 'controls';
    if (code === QUESTION_MARK || code === AMPERSAND) isInName = true;
    else if (code === EQUALS_SIGN) isInName = false;
    else if (code === PERCENT_SIGN && isInName) isSpelled = true;
  }
  return isSpelled ? 'spelled names' : 'plain names';
}
