import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

/** The user that PostgreSQL runs as when we are root, which it refuses to be; undefined means: as ourselves. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | undefined;

/** How and where to run one of PostgreSQL's programs. */
export interface Surroundings {
  readonly binaries: string;
  /** The working folder, which `account` can enter and which is removed should this process die. */
  readonly home: string;
  readonly account: ServerAccount;
}

/** A running postmaster. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason, and `recentOutput` is complete. */
  readonly gone: Promise<void>;
  isRunning(): boolean;
  /** The last 8 KB that the server wrote to stderr. */
  recentOutput(): string;
  /** Fast shutdown, and SIGKILL after five seconds. Resolves when the server is gone; may be called again. */
  end(): Promise<void>;
}

const OUTPUT_KEPT = 8192;
const PATIENCE_MS = 5000;
const FALLBACK_ID = 65534;

// The builtin provider needs no locale of the host's.
const CLUSTER_OPTIONS = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-sync',
  '--no-instructions',
];

const INITDB_ADVICE =
  'The user who runs it needs an entry in /etc/passwd (as root: nobody), about 50 MB under TMPDIR (as root, and after ' +
  'an install without scripts, 60 MB more on a file system that may hold programs), and on Linux glibc.';

// Nothing of ours may steer the server: neither PG* variables nor the host's locale and time zone.
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

// The server must not outlive a SIGKILLed test run: a subshell waits for the end of our pipe, which the kernel closes
// whatever happens to us, then stops the server and removes its folder ($0). It is started from a second subshell so
// that the postmaster, which takes over this shell's process ($$), has no child that it did not fork itself.
const RUN_UNTIL_PIPE_CLOSES = `
exec 3<&0 </dev/null
( { read -r _ <&3; kill -QUIT $$ && sleep 1 && rm -rf "$0"; } >/dev/null 2>&1 & )
exec 3<&-
exec "$@"`;

/** The account for PostgreSQL's programs: when we are root the existing user `nobody`, so that none is created. */
export async function chooseServerAccount(): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid = FALLBACK_ID, gid = FALLBACK_ID] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** The folder for temporary files, such that `account` can reach what lies in it. */
export async function chooseTemporaryFolder(account: ServerAccount): Promise<string> {
  if (account === undefined) return realpath(tmpdir());
  for (const folder of [tmpdir(), '/tmp']) {
    if (await isReachableByAll(folder)) return realpath(folder);
  }
  throw new Error(
    `PostgreSQL cannot run as root, and other users cannot enter ${tmpdir()} or /tmp: set TMPDIR`,
  );
}

async function isReachableByAll(folder: string): Promise<boolean> {
  let path = await realpath(folder).catch(() => undefined);
  while (path !== undefined) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
    path = dirname(path);
  }
  return false;
}

/** Creates the data folder `data` in the working folder, with the superuser `postgres` who has `password`. */
export async function createCluster(place: Surroundings, password: string): Promise<void> {
  const passwordFile = join(place.home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (place.account !== undefined) {
    const { uid, gid } = place.account;
    await Promise.all([passwordFile, place.home].map((path) => chown(path, uid, gid)));
  }
  await runInitdb(place, passwordFile);
  await rm(passwordFile);
}

async function runInitdb(place: Surroundings, passwordFile: string): Promise<void> {
  const args = [`--pgdata=${join(place.home, 'data')}`, `--pwfile=${passwordFile}`, ...CLUSTER_OPTIONS];
  try {
    await promisify(execFile)(join(place.binaries, 'bin', 'initdb'), args, optionsFor(place));
  } catch (cause) {
    throw new Error(`PostgreSQL could not create its data folder. ${String(cause)}\n${INITDB_ADVICE}`, {
      cause,
    });
  }
}

/** Starts `postgres`, which from then on boots: it takes no connections yet, and may still fail to. */
export async function launchPostgres(place: Surroundings, args: readonly string[]): Promise<ServerProcess> {
  const program = join(place.binaries, 'bin', 'postgres');
  const child = spawn('/bin/sh', ['-c', RUN_UNTIL_PIPE_CLOSES, place.home, program, ...args], {
    ...optionsFor(place),
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true, // Ctrl-C in a terminal is for the test runner, which still wants to drop its databases
  });
  await once(child, 'spawn');
  return superviseServer(child);
}

function optionsFor({ home, account }: Surroundings) {
  return { cwd: home, env: ENVIRONMENT, ...account };
}

function superviseServer(child: ChildProcessByStdio<Writable, null, Readable>): ServerProcess {
  let output = '';
  const record = (text: unknown) => (output = (output + String(text)).slice(-OUTPUT_KEPT));
  child.stderr.setEncoding('utf8').on('data', record);
  child.on('error', record);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  async function end(): Promise<void> {
    if (isRunning()) child.kill('SIGINT');
    const impatience = setTimeout(() => {
      child.kill('SIGKILL');
      child.stderr.destroy(); // orphaned backends may hold it open a little longer
    }, PATIENCE_MS);
    await gone;
    clearTimeout(impatience);
  }

  return { pid: child.pid ?? 0, isRunning, gone, recentOutput: () => output, end };
}
