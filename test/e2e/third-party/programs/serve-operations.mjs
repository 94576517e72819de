import { createInterface } from 'node:readline';

/**
 * Lets the tests use a library from outside: a line of JSON comes in, `{ id, operation, input }`, and one goes out for it, with the
 * `result` or with what was `refused`. The program ends with its standard input, so that it outlives nobody.
 */
export function serveOperations(operations) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => void answer(operations, JSON.parse(line)));
  lines.on('close', () => process.exit(0));
}

async function answer(operations, { id, operation, input }) {
  const outcome = await operations[operation](input).then(
    (result) => ({ result: result ?? null }),
    (error) => ({ refused: refusalOf(error) }),
  );
  process.stdout.write(`${JSON.stringify({ id, ...outcome })}\n`);
}

/** What libraries say of a refusal: their own words and code, and the server's where it was the server that refused. */
function refusalOf({ message, code, status, cause, ...more }) {
  const error = more.error ?? more.errorCode;
  const description = more.error_description ?? more.errorSummary;
  const words = [message, cause instanceof Error ? cause.message : undefined, error, description];
  return {
    message: words.filter((text) => text !== undefined).join(': '),
    members: { code, status, error, error_description: description },
  };
}

/** Goes to `/authorize` in the browser's place. @returns where the browser would be sent */
export async function followToClient(url) {
  const answer = await fetch(url, { redirect: 'manual' });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`no redirect: ${answer.status} ${await answer.text()}`);
  return location;
}
