import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Utf8Target, type ByteStream } from './utf8-target.js';

/** Keeps what it is given by reference, as sonic-boom does, until the test lets it write. */
class SlowStream extends EventEmitter implements ByteStream {
  readonly waiting: Buffer[] = [];
  readonly backing: ArrayBufferLike[] = [];
  isFull = false;
  written = '';
  #bytes = Buffer.alloc(0);

  write(bytes: Buffer): void {
    this.backing.push(bytes.buffer);
    if (this.isFull) this.emit('drop', bytes);
    else this.waiting.push(bytes);
  }

  flush(done: () => void): void {
    done();
  }

  /** Writes so many bytes of what was given first. */
  complete(limit = Infinity): void {
    const [first] = this.waiting;
    if (first === undefined) return;
    const count = Math.min(first.length, limit);
    this.#bytes = Buffer.concat([this.#bytes, first.subarray(0, count)]);
    this.written = this.#bytes.toString();
    if (count === first.length) this.waiting.shift();
    else this.waiting[0] = first.subarray(count);
    this.emit('write', count);
  }
}

const ACTION = fc.oneof(
  fc.record({
    write: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.constantFrom('ü'.repeat(40_000), 'x'.repeat(50_000), '€'.repeat(43_690), '€'.repeat(43_691)),
    ),
    isFull: fc.constantFrom(false, false, false, true),
  }),
  fc.record({ complete: fc.constantFrom(1, 7, 50_000, 200_000) }),
);

describe('Utf8Target', () => {
  it('writes every text whole and in order, however late and in whatever pieces the stream writes', () => {
    fc.assert(
      fc.property(fc.array(ACTION, { maxLength: 60 }), (actions) => {
        const stream = new SlowStream();
        const target = new Utf8Target(stream);
        let taken = '';
        for (const action of actions)
          if ('complete' in action) stream.complete(action.complete);
          else {
            stream.isFull = action.isFull;
            target.write(action.write);
            if (!action.isFull) taken += action.write;
          }
        while (stream.waiting.length > 0) stream.complete();
        expect(stream.written).toBe(Buffer.from(taken).toString());
      }),
    );
  });

  it('uses a buffer again as soon as all of it is written, and not before', () => {
    const stream = new SlowStream();
    const target = new Utf8Target(stream);
    target.write('one');
    stream.complete(2);
    target.write('two');
    stream.complete();
    target.write('three');
    const [one, two, three] = stream.backing;
    expect(two).not.toBe(one);
    expect(three).toBe(one);
  });

  it('uses the buffer of a text again that the stream did not take', () => {
    const stream = new SlowStream();
    const target = new Utf8Target(stream);
    target.write('one');
    stream.isFull = true;
    target.write('lost');
    target.write('lost too');
    stream.isFull = false;
    target.write('two');
    const [one, ...others] = stream.backing;
    expect(new Set(others).size).toBe(1);
    expect(others).not.toContain(one);
    stream.complete();
    stream.complete();
    target.write('three');
    target.write('four');
    expect(new Set(stream.backing).size).toBe(2);
  });

  it('keeps a bounded number of buffers for a stream that does not write', () => {
    const stream = new SlowStream();
    const target = new Utf8Target(stream);
    for (let count = 0; count < 100; count += 1) target.write('x');
    expect(stream.backing.filter(({ byteLength }) => byteLength >= 128 * 1024)).toHaveLength(16);
  });

  it('fits the stream that the log is written to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mintmark-utf8-target-'));
    try {
      const dest = join(folder, 'log');
      const stream = pino.destination({ dest, sync: false, maxLength: 300_000, contentMode: 'buffer' });
      const target = new Utf8Target(stream as unknown as ByteStream);
      const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'ü'.repeat(index * 300)}\n`);
      const dropped: unknown[] = [];
      stream.on('drop', (bytes: unknown) => dropped.push(bytes));
      for (const text of [...texts, 'x'.repeat(300_000)]) target.write(text);
      await once(stream, 'drain');
      for (const text of texts) target.write(text);
      await once(stream, 'drain');
      expect(await readFile(dest, 'utf8')).toBe([...texts, ...texts].join(''));
      expect(dropped).toHaveLength(1);
      stream.destroy();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
