import { createTokenVerifier } from 'mintmark/verify';
import { createInvoicingApi } from './invoicing-api.mjs';

const { ISSUER: issuer, AUDIENCE: audience = 'api://invoicing', PORT: port = '8082' } = process.env;
if (issuer === undefined) throw new Error('ISSUER is missing: the URL of the authorization server');

const api = createInvoicingApi(createTokenVerifier({ issuer, audience }));
api.listen(Number(port), '127.0.0.1', () => {
  console.log(`The invoicing API is at http://127.0.0.1:${api.address().port}/invoices`);
});
