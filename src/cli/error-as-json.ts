import { ConfigurationError } from '../config/configuration-error.js';
import { DirectoryRefusedError } from '../directory/files/directory-fault.js';
import { errorCode } from '../operations/error-code.js';

/** What ended a command, on one line, for programs: the words that people get, and the faults one by one. */
export function errorAsJson(error: unknown, message: string): string {
  return JSON.stringify({ error: { code: errorCode(error), message, ...detailsOf(error) } });
}

function detailsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof DirectoryRefusedError) return { files: error.files };
  return error instanceof ConfigurationError ? { faults: error.faults } : {};
}
