import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { AccessTokenError, readBearerToken } from 'mintmark/verify';

/** What there is, and the scope that each needs. */
const ROUTES = {
  'GET /invoices': { scope: 'read:invoices', answer: listInvoices },
  'POST /invoices': { scope: 'write:invoices', answer: addInvoice },
};

const LARGEST_BODY = 10_000;

/**
 * A small API over the invoices of several tenants. No request says for which tenant it is: the token does.
 *
 * @param {import('mintmark/verify').TokenVerifier} verifier
 */
export function createInvoicingApi(verifier) {
  const invoices = new Map([
    ['blue', [{ id: 'inv-blue-1', customer: 'Harbour Hotel', amount: 1200 }]],
    ['green', [{ id: 'inv-green-1', customer: 'Corner Cafe', amount: 80 }]],
  ]);
  return createServer((request, response) => void respond({ request, invoices, verifier }, response));
}

async function respond(call, response) {
  const { status, headers = {}, body } = await answerRequest(call).catch(refusal);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function answerRequest({ request, invoices, verifier }) {
  const route = ROUTES[`${request.method} ${request.url}`];
  if (route === undefined) return { status: 404, body: { error: 'not_found' } };
  // Everything that makes a token good or not is in this one call; the tenant comes from nowhere else.
  const token = readBearerToken(request.headers.authorization);
  const { tenant } = await verifier.verify(token, { scopes: [route.scope] });
  const ofTenant = invoices.get(tenant.tenantId) ?? [];
  invoices.set(tenant.tenantId, ofTenant);
  return route.answer({ request, tenant, ofTenant });
}

function listInvoices({ tenant, ofTenant }) {
  return { status: 200, body: { tenant: tenant.tenantId, invoices: ofTenant } };
}

async function addInvoice({ request, tenant, ofTenant }) {
  const invoice = await readInvoice(request);
  if (invoice === undefined) return { status: 400, body: { error: 'invalid_invoice' } };
  const added = { id: `inv-${tenant.tenantId}-${ofTenant.length + 1}`, ...invoice };
  ofTenant.push(added);
  return { status: 201, body: { tenant: tenant.tenantId, invoice: added } };
}

async function readInvoice(request) {
  if (!(Number(request.headers['content-length']) <= LARGEST_BODY)) return undefined;
  const { customer, amount } = Object(await json(request).catch(() => undefined));
  return typeof customer === 'string' && Number.isFinite(amount) ? { customer, amount } : undefined;
}

/** A refused token is a 401, a 403, or a 503 where the issuer's keys cannot be had. */
function refusal(error) {
  if (!(error instanceof AccessTokenError)) return { status: 500, body: { error: 'internal' } };
  const { status, code, description, wwwAuthenticate } = error;
  const headers = wwwAuthenticate === null ? {} : { 'www-authenticate': wwwAuthenticate };
  return { status, headers, body: { error: code, error_description: description } };
}
