/**
 * The same chunks until the signal aborts: then it ends, also while it waits for the next one. A pipe that says nothing more, and stays
 * open, keeps nobody.
 */
export async function* untilAborted<Chunk>(
  chunks: AsyncIterable<Chunk>,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const iterator = chunks[Symbol.asyncIterator]();
  while (!signal.aborted) {
    const next = await unlessAborted(iterator.next(), signal);
    // What is waited for may never come: whoever reads cannot be told to end before that.
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

/** Undefined where the signal aborts first. It is listened to for as long alone. */
function unlessAborted<Value>(waiting: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      resolve(undefined);
    };
    signal.addEventListener('abort', stop, { once: true });
    waiting.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
