import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { EXAMPLES_FOLDER } from './sample-directory.js';

/** The org that `npm start` serves, below the examples. */
export const SAMPLE_ORG = 'org.yaml';

/** How the authorization server reaches the hook. */
export interface HookChannel {
  readonly uri: string;
  readonly header: string;
  readonly secret: string;
}

/**
 * The text of an example org whose one inline hook is the hook given.
 *
 * @param name the file, below the examples
 */
export async function readSampleOrg(name: string, { uri, header, secret }: HookChannel): Promise<string> {
  const document = parseDocument(await readFile(`${EXAMPLES_FOLDER}${name}`, 'utf8'));
  document.setIn(['inlineHooks', 0, 'channel', 'uri'], uri);
  document.setIn(
    ['inlineHooks', 0, 'channel', 'authScheme'],
    document.createNode({ key: header, value: secret }),
  );
  return document.toString();
}
