import { createTokenVerifier } from 'mintmark/verify';
import { createInvoicingApi } from './invoicing-api.mjs';

// ISSUER is the URL of the authorization server; KEYS_URL is where its keys are, if not below that.
const { ISSUER: issuer, AUDIENCE: audience = 'api://invoicing', KEYS_URL, PORT = '8082' } = process.env;
const keys = KEYS_URL === undefined ? undefined : new URL(KEYS_URL);

const api = createInvoicingApi(createTokenVerifier({ issuer, audience, keys }));
api.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The invoicing API is at http://127.0.0.1:${api.address().port}/invoices`);
});
