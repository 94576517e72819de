// What the hook service is measured against: node:https with the same TLS options, which parses the same bodies and answers a
// constant of the same size.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const { BARE_PORT, BARE_ANSWER_FILE, MINTMARK_TLS_CERT_FILE, MINTMARK_TLS_KEY_FILE } = process.env;
const answer = readFileSync(BARE_ANSWER_FILE, 'utf8');
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(answer),
};

const server = createServer(
  {
    cert: readFileSync(MINTMARK_TLS_CERT_FILE),
    key: readFileSync(MINTMARK_TLS_KEY_FILE),
    minVersion: 'TLSv1.2',
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 650_000,
    requestTimeout: 10_000,
  },
  (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, headers).end(answer);
    });
  },
);
server.listen(Number(BARE_PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
