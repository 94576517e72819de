// The process that calls the servers, on a core of its own: takes orders over IPC, see generate-load.ts.
import { register } from 'node:module';

register('../test/support/typescript-loader.mjs', import.meta.url);
const { serveOrders } = await import('./generate-load.ts');

serveOrders();
