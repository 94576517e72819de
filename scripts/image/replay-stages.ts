import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, stat } from 'node:fs/promises';
import { delimiter, dirname, join, posix, relative, sep } from 'node:path';
import { readBuildContext } from './build-context.js';
import { DockerfileError, type Stage, type Step } from './read-dockerfile.js';

/** What an engine would make of the last stage, in a folder that stands for its file system. */
export interface ReplayedImage {
  /** Stands for `/`. */
  readonly root: string;
  /** The working folder, below `root`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stage: Stage;
}

export interface ReplayOptions {
  /** The checkout. */
  readonly context: string;
  /** An empty folder, in which every stage gets its own. */
  readonly workplace: string;
  readonly report: (line: string) => void;
}

interface StageState {
  readonly root: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Replays COPY and RUN of every stage. @throws DockerfileError */
export async function replayStages(stages: readonly Stage[], options: ReplayOptions): Promise<ReplayedImage> {
  const contextFiles = await readBuildContext(options.context);
  const done = new Map<string, StageState>();
  let last: ReplayedImage | undefined;
  for (const [index, stage] of stages.entries()) {
    if (done.has(stage.image))
      throw new DockerfileError(`FROM ${stage.image}`, 'a stage on top of a stage is not known');
    const name = stage.name ?? `stage-${String(index)}`;
    options.report(`stage ${name}, FROM ${stage.image}`);
    const root = join(options.workplace, name);
    await mkdir(root);
    let state: StageState = { root, folder: root, environment: {} };
    for (const step of stage.steps) state = await replayStep(step, state, { ...options, contextFiles, done });
    done.set(name, state);
    last = { ...state, stage };
  }
  if (last === undefined) throw new DockerfileError('', 'it has no stage');
  return last;
}

interface Surroundings extends ReplayOptions {
  readonly contextFiles: readonly string[];
  readonly done: ReadonlyMap<string, StageState>;
}

async function replayStep(step: Step, state: StageState, surroundings: Surroundings): Promise<StageState> {
  switch (step.kind) {
    case 'workdir': {
      const folder = join(state.root, step.path);
      await mkdir(folder, { recursive: true });
      return { ...state, folder };
    }
    case 'env':
      return { ...state, environment: { ...state.environment, [step.name]: step.value } };
    case 'copy':
      if (step.from === null) await copyFromContext(step, state, surroundings);
      else await copyFromStage(step, state, surroundings.done.get(step.from));
      return state;
    case 'run':
      await run(step.command, state, surroundings.report);
      return state;
  }
}

type Copy = Extract<Step, { readonly kind: 'copy' }>;

async function copyFromContext(
  { sources, destination }: Copy,
  state: StageState,
  { context, contextFiles }: Surroundings,
) {
  for (const source of sources) {
    const path = posix.normalize(source).replace(/\/$/, '');
    const files = contextFiles.filter((file) => file === path || file.startsWith(`${path}/`));
    if (files.length === 0) throw new DockerfileError(`COPY ${source}`, 'the build context has no such file');
    for (const file of files) {
      const to = targetOf(
        state,
        destination,
        file === path ? posix.basename(path) : posix.relative(path, file),
        file !== path,
      );
      await copy(join(context, file), to);
    }
  }
}

/** The content of a folder goes into the destination; a file goes below it where that ends in a slash. */
function targetOf(
  { root, folder }: StageState,
  destination: string,
  name: string,
  isInFolder: boolean,
): string {
  const base = destination.startsWith('/') ? join(root, destination) : join(folder, destination);
  return isInFolder || destination.endsWith('/') ? join(base, name) : base;
}

async function copyFromStage(
  { from, sources, destination }: Copy,
  state: StageState,
  stage: StageState | undefined,
) {
  if (stage === undefined)
    throw new DockerfileError(`COPY --from=${String(from)}`, 'there is no such stage before');
  for (const source of sources) {
    if (!source.startsWith('/'))
      throw new DockerfileError(`COPY --from ${source}`, 'an absolute path is expected');
    const path = join(stage.root, source);
    const isFolder = (await stat(path)).isDirectory();
    await copy(path, targetOf(state, destination, isFolder ? '' : posix.basename(source), isFolder));
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
}

async function run(
  command: string,
  { folder, environment, root }: StageState,
  report: (line: string) => void,
) {
  const startedAt = performance.now();
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: folder,
    env: { ...hostEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = await once(child, 'close');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0)
    throw new Error(
      `RUN ${command} ended with ${String(code)} in ${relative(dirname(root), folder)}:\n${output}`,
    );
  report(`  RUN ${command.slice(0, 60)}${command.length > 60 ? '…' : ''} (${seconds} s)`);
}

/**
 * The host's environment, with its settings of npm's registry and cache, and the running Node first. Without what an
 * `npm run` around us added (its package and the programs of its node_modules), and what would steer the install or Node.
 */
function hostEnvironment(): NodeJS.ProcessEnv {
  const isOurs = (name: string) =>
    /^(npm_(package|lifecycle|command|execpath|config_local_prefix)|NODE_|INIT_CWD|MINTMARK_|DATABASE_URL)/.test(
      name,
    );
  const kept = Object.entries(process.env).filter(([name]) => !isOurs(name));
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(
      (folder) => !folder.split(sep).some((part) => part === 'node_modules' || part === 'node-gyp-bin'),
    );
  return {
    ...Object.fromEntries(kept),
    // The lockfile says what every package is: the registry is asked for what npm's cache does not hold, and nothing else.
    npm_config_prefer_offline: 'true',
    PATH: [dirname(process.execPath), ...path].join(delimiter),
  };
}
