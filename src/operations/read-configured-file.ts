import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../config/configuration-error.js';
import { errorCode } from './error-code.js';

/**
 * The text of a file that a variable names.
 *
 * @throws ConfigurationError where it cannot be read
 */
export async function readConfiguredFile(file: string, variable: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError([{ variable, problem: `must be a readable file (${errorCode(error)})` }]);
  }
}
