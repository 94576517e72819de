import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PIECE_LIMIT_BYTES, splitJson, splitLines, type JsonPiece } from './split-json.js';

type Split = (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<JsonPiece>;

/** Splits a text that comes in chunks of so many bytes. */
async function pieces(split: Split, text: string, size = 1_000): Promise<readonly JsonPiece[]> {
  const bytes = Buffer.from(text);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  };
  const found: JsonPiece[] = [];
  for await (const piece of split(chunks())) found.push(piece);
  return found;
}

async function values(split: Split, text: string, size?: number): Promise<readonly unknown[]> {
  const found = await pieces(split, text, size);
  return found.map((piece) => (piece.kind === 'value' ? (JSON.parse(piece.text) as unknown) : piece.why));
}

describe('a file of JSON', () => {
  it.each([
    ['one value', '{"a":"}]\\"","b":[1,{}]}', [{ a: '}]"', b: [1, {}] }]],
    ['a list', ' [ {"a":1} , [2], 3,"x]," ,null ] \n', [{ a: 1 }, [2], 3, 'x],', null]],
    ['an empty list', '[]', []],
    ['values one after the other', '{"a":1}{"b":2}\n3 "x"', [{ a: 1 }, { b: 2 }, 3, 'x']],
    ['nothing', ' \n ', []],
    ['a byte order mark', '\uFEFF{"a":1}', [{ a: 1 }]],
  ])('may hold %s, whatever the chunks', async (_title, text, expected) => {
    for (const size of [1, 2, 3, 7, 1_000]) expect(await values(splitJson, text, size)).toEqual(expected);
  });

  it.each([
    ['[{"a":1}', [{ a: 1 }, 'the list has no end']],
    ['[1] 2', [1, 'something follows the end of the list']],
  ])('that ends wrongly says so: %s', async (text, expected) => {
    expect(await values(splitJson, text, 2)).toEqual(expected);
  });

  it('that is cut off gives what there is, which no parser takes', async () => {
    expect(await pieces(splitJson, '{"a":1} {"b":')).toEqual([
      { kind: 'value', text: '{"a":1}' },
      { kind: 'value', text: '{"b":' },
    ]);
  });

  it('is split where it is a list of anything, indented or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 2),
        async (list, size, indent) => {
          const text = JSON.stringify(list, null, indent);
          expect(await values(splitJson, text, size)).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('goes on after a value that is too long', async () => {
    const text = `{"a":1} {"b":"${'x'.repeat(PIECE_LIMIT_BYTES)}"} {"c":1}`;
    expect(await values(splitJson, text, 65_536)).toEqual([{ a: 1 }, 'it is larger than 4 MiB', { c: 1 }]);
  });
});

describe('a file of JSON Lines', () => {
  it('has a value on each line that is not empty', async () => {
    for (const size of [1, 5, 1_000])
      expect(await values(splitLines, '{"a":1}\r\n\n[2]\n"ü"', size)).toEqual([{ a: 1 }, [2], 'ü']);
  });

  it('goes on after a line that is too long', async () => {
    const text = `{"a":1}\n"${'x'.repeat(PIECE_LIMIT_BYTES)}"\n{"c":1}\n`;
    expect(await values(splitLines, text, 65_536)).toEqual([{ a: 1 }, 'it is larger than 4 MiB', { c: 1 }]);
  });
});
