import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ImportProgress } from './import-progress.js';

/** A terminal of many columns, and what is drawn on it. */
function terminal() {
  const drawn: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 });
  stream.on('data', (chunk: Buffer) => drawn.push(chunk.toString('utf8')));
  return { stream: stream as unknown as NodeJS.WriteStream, drawn };
}

const COUNTS = { created: 0, changed: 0, unchanged: 0 };

/** What the bar says at last, after so many bytes of 1,000 in so many seconds. */
async function shownAfter(read: number, seconds: number, size: number | null = 1_000): Promise<string> {
  const { stream, drawn } = terminal();
  const progress = new ImportProgress(stream, size);
  await drain(progress.counting(chunk(read)));
  progress.show({ ...COUNTS, rows: 1_234, refused: 5 }, seconds);
  progress.stop();
  return drawn.join('');
}

async function* chunk(length: number): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(length));
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

describe('the progress of an import', () => {
  it('says how much there is, how fast it goes, and how long the rest takes', async () => {
    expect(await shownAfter(250, 30)).toContain('25 %  1 234 rows, 5 refused, 41 rows/s, 1 min 30 s left');
    expect(await shownAfter(750, 30)).toContain('75 %  1 234 rows, 5 refused, 41 rows/s, 10 s left');
  });

  it.each([
    ['as long as nobody can tell', 250, 1],
    ['when everything is read and the last rows are written', 1_000, 30],
  ])('names no time %s', async (_, read, seconds) => {
    const shown = await shownAfter(read, seconds);
    expect(shown).toContain('1 234 rows, 5 refused');
    expect(shown).not.toContain('left');
  });

  it('is of rows alone where nobody knows how much there is', async () => {
    const shown = await shownAfter(250, 30, null);
    expect(shown).toContain('1 234 rows, 5 refused, 41 rows/s');
    expect(shown).not.toMatch(/%|left/);
  });

  it('is nothing where there is no terminal', () => {
    const progress = new ImportProgress(null, 1_000);
    expect(() => {
      progress.show({ ...COUNTS, rows: 1, refused: 0 }, 1);
      progress.stop();
    }).not.toThrow();
  });
});
