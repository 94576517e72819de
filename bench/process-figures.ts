import { readFileSync } from 'node:fs';

/** Clock ticks of /proc are hundredths of a second, on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;

/** CPU time of a process so far, of all its threads, in microseconds; NaN where there is no /proc. */
export function cpuMicros(pid: number): number {
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th field (proc_pid_stat(5)).
  const fields = readProcess(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK;
}

/** Resident memory of a process, in megabytes (10^6); NaN where there is no /proc. */
export function residentMegabytes(pid: number): number {
  const [, kibibytes = NaN] = /^VmRSS:\s+(\d+) kB$/m.exec(readProcess(pid, 'status')) ?? [];
  return (Number(kibibytes) * 1024) / 1_000_000;
}

/** The most that a process ever had in memory, in megabytes (10^6); NaN where there is no /proc. */
export function peakMegabytes(pid: number): number {
  const [, kibibytes = NaN] = /^VmHWM:\s+(\d+) kB$/m.exec(readProcess(pid, 'status')) ?? [];
  return (Number(kibibytes) * 1024) / 1_000_000;
}

function readProcess(pid: number, file: 'stat' | 'status'): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
