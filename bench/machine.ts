import { execFile } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { promisify } from 'node:util';
import { canPin } from './programs.js';

/** What something was measured on. */
export interface Machine {
  /** Version of the servers' Node. */
  readonly node: string;
  readonly machine: string;
  /** Of the minute before. */
  readonly loadAverage: number;
  readonly pinned: boolean;
}

/** @param node the servers' Node */
export async function readMachine(node: string): Promise<Machine> {
  const { stdout } = await promisify(execFile)(node, ['-p', 'process.versions.node']);
  const [cpu] = cpus();
  return {
    node: stdout.trim(),
    machine: `${String(cpus().length)} × ${cpu?.model ?? 'unknown CPU'}, ${process.platform} ${release()}`,
    loadAverage: loadavg()[0] ?? NaN,
    pinned: canPin,
  };
}
