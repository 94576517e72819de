// Does what the printed curl commands ask for, on machines without curl: -H @FILE and -H TEXT, POST with --data, else GET.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    cacert: { type: 'string' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string' },
  },
  allowPositionals: true,
});
const read = (text) => (text.startsWith('@') ? readFileSync(text.slice(1), 'utf8').trim() : text);
const headers = values.header
  .map(read)
  .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
const call = request(positionals[0], {
  method: values.data === undefined ? 'GET' : 'POST',
  ca: readFileSync(values.cacert),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...Object.fromEntries(headers) },
});
call.on('response', (answer) => answer.pipe(process.stdout));
call.end(values.data === undefined ? undefined : read(values.data));
