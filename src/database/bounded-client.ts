import pg from 'pg';

type QueryCallback = (error: Error | null | undefined, result?: unknown) => void;

/**
 * Makes the class of a pool's connections whose queries each have an answer within a time, or fail. The driver has an option for
 * that (`query_timeout`), but assigns a new function to a property for each query. V8 puts such functions among its long-lived
 * objects, and with them whatever they reach: each answer then waits in memory for a collection of the whole heap.
 *
 * @param limitMs milliseconds, of each query
 */
export function boundedClient(limitMs: number): new () => pg.Client {
  return class BoundedClient extends pg.Client {
    /** Takes what the driver's own takes: a query object, or a text or a configuration, its values, and a callback. */
    override query(...parameters: never[]): never {
      // The driver's type of this method is nine overloads.
      const [config, second, third] = parameters as readonly unknown[];
      const ask = (...asked: readonly unknown[]): unknown => super.query(...(asked as [pg.QueryConfig]));
      if (isQueryObject(config)) return ask(...parameters) as never;
      const values = isCallback(second) ? undefined : second;
      const callback = isCallback(second) ? second : third;
      if (isCallback(callback)) return ask(config, values, bounded(callback, limitMs)) as never;
      return new Promise((resolve, reject) => {
        const settle: QueryCallback = (error, result) => {
          if (error) reject(error);
          else resolve(result);
        };
        ask(config, values, bounded(settle, limitMs));
      }) as never;
    }
  };
}

/** Called once: with an answer, or with an error when the time is over. Whoever holds the connection then has to give it up. */
function bounded(callback: QueryCallback, limitMs: number): QueryCallback {
  let isOver = false;
  const settle: QueryCallback = (error, result) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    callback(error, result);
  };
  const timer = setTimeout(() => {
    settle(new Error('Query read timeout'));
  }, limitMs);
  return settle;
}

function isCallback(value: unknown): value is QueryCallback {
  return typeof value === 'function';
}

/** Such as a cursor's: it is called back in its own way. */
function isQueryObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'submit' in value;
}
