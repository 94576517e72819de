import type { ListenAddress } from '../config/configuration.js';
import { errorCode } from './error-code.js';

/** A port that cannot be had; entries exit with 69 (EX_UNAVAILABLE). */
export class ListenError extends Error {
  readonly code = 'LISTEN';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

export interface Listener {
  readonly address: ListenAddress;
  readonly scheme: 'http' | 'https';
  /** The variable that chooses the port. */
  readonly port: string;
}

/**
 * Listens, on a copy of the address since servers write into theirs, and returns the URL that reaches the listener: wildcards and loopback addresses are written `localhost`.
 *
 * @throws ListenError that says what to do about a port that is taken or forbidden
 */
export async function listen(
  { address, scheme, port: variable }: Listener,
  open: (options: ListenAddress) => Promise<string>,
): Promise<string> {
  try {
    const { hostname, port } = new URL(await open({ ...address }));
    const isLocal = ['127.0.0.1', '[::1]', '0.0.0.0', '[::]'].includes(hostname);
    return `${scheme}://${isLocal ? 'localhost' : hostname}${port === '' ? '' : `:${port}`}`;
  } catch (error) {
    throw new ListenError(explain(error, address, variable), { cause: error });
  }
}

function explain(error: unknown, { host, port }: ListenAddress, variable: string): string {
  const where = `port ${String(port)} on ${host}`;
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `${where} is taken: stop what listens there, or set ${variable} to another port`;
    case 'EACCES':
      return `${where} may not be opened by this user: set ${variable} to a port above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine: set ${variable.replace(/PORT$/, 'HOST')} to one`;
    default:
      return `${where} cannot be opened (${errorCode(error)}): check ${variable}`;
  }
}
