import { jest } from '@jest/globals';

/** Does something and keeps what this process prints meanwhile, by whatever way, from being printed. */
export async function capturePrinted<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly printed: string }> {
  const printed: string[] = [];
  const keep = (chunk: unknown): boolean => printed.push(String(chunk)) > 0;
  const keepAll = (...chunks: unknown[]): void => void printed.push(chunks.map(String).join(' '));
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(keep),
    jest.spyOn(process.stderr, 'write').mockImplementation(keep),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
      jest.spyOn(console, name).mockImplementation(keepAll),
    ),
  ];
  try {
    const result = await work();
    return { result, printed: printed.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
