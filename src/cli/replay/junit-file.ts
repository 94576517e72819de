import type { CallResult, ReplaySummary } from './call-result.js';
import { describeResult } from './describe-result.js';
import { PLAIN } from '../paint.js';
import { LineFile } from './line-file.js';
import type { Redact } from './redact.js';

/** Room for the beginning of the file, whose figures are known at the end alone: spaces in a tag say nothing. */
const HEAD_BYTES = 320;

/** JUnit’s XML, as every CI reads it; written as the results come, so that it may be of any length. */
export class JunitFile {
  private constructor(
    private readonly file: LineFile,
    private readonly redact: Redact,
    private readonly budgetMs: number,
  ) {}

  /** @throws UsageError where it cannot be written */
  static async open(path: string, redact: Redact, budgetMs: number): Promise<JunitFile> {
    const file = await LineFile.open(path);
    await file.write(head({ calls: 0, failed: 0, seconds: 0 }));
    return new JunitFile(file, redact, budgetMs);
  }

  async add(result: CallResult): Promise<void> {
    await this.file.write(this.#testCase(result));
  }

  async close(summary: ReplaySummary, seconds: number): Promise<void> {
    try {
      await this.file.write('  </testsuite>\n</testsuites>');
      await this.file.overwrite(head({ calls: summary.calls, failed: summary.failed, seconds }));
    } finally {
      await this.file.close();
    }
  }

  #testCase(result: CallResult): string {
    const { call, answered, failures } = result;
    const seconds = ((answered?.answer.ms ?? 0) / 1000).toFixed(6);
    const start = `    <testcase classname="${this.#xml(call.file)}" name="${this.#xml(call.name)}" time="${seconds}"`;
    if (failures.length === 0) return `${start}/>`;
    const { budgetMs, redact } = this;
    const text = describeResult(result, { paint: PLAIN, claims: 'none', budgetMs, redact });
    const message = failures.map(({ words }) => words).join(' ');
    return `${start}>\n      <failure message="${this.#xml(message)}">${this.#xml(text)}</failure>\n    </testcase>`;
  }

  #xml(text: string): string {
    return escapeXml(this.redact(text));
  }
}

interface Figures {
  readonly calls: number;
  readonly failed: number;
  readonly seconds: number;
}

function head({ calls, failed, seconds }: Figures): string {
  const figures = `tests="${String(calls)}" failures="${String(failed)}" errors="0" time="${seconds.toFixed(3)}"`;
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mintmark replay" ${figures}>\n  <testsuite name="mintmark replay" ${figures}`;
  return `${text.padEnd(HEAD_BYTES - 1)}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes a text for XML 1.0, which has no place for most control characters and for halves of pairs. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[\t\n\r]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
