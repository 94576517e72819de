import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that nobody listens to at the moment. The directory has to know the URL of the authorization server before the
 * hook starts, and the authorization server the URL of the hook before it starts itself.
 *
 * @throws what listening throws
 */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'string' || address === null) throw new TypeError('a TCP server has a port');
  return address.port;
}
