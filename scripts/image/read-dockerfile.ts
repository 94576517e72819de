/** One instruction of a stage, as far as a replay knows it. */
export type Step =
  | { readonly kind: 'workdir'; readonly path: string }
  | {
      readonly kind: 'copy';
      /** The stage that is copied from; null for the build context. */
      readonly from: string | null;
      readonly sources: readonly string[];
      readonly destination: string;
    }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'env'; readonly name: string; readonly value: string };

/** One `FROM` and what follows it. The last instruction of a kind counts. */
export interface Stage {
  readonly image: string;
  readonly name: string | null;
  readonly steps: readonly Step[];
  readonly user: string | null;
  readonly healthCheck: readonly string[] | null;
  readonly command: readonly string[] | null;
}

/** The Dockerfile says something that a replay does not do: it must not be passed over. */
export class DockerfileError extends Error {
  readonly code = 'DOCKERFILE';

  constructor(instruction: string, problem: string) {
    super(`Dockerfile: ${problem}: ${instruction}`);
    this.name = 'DockerfileError';
  }
}

type Change = Step | Partial<Pick<Stage, 'user' | 'healthCheck' | 'command'>>;

const READERS: Readonly<Record<string, (rest: string) => Change>> = {
  WORKDIR: (rest) => ({ kind: 'workdir', path: readWorkingFolder(rest) }),
  COPY: readCopy,
  RUN: readRun,
  ENV: readEnv,
  USER: (rest) => ({ user: rest }),
  EXPOSE: () => ({}),
  HEALTHCHECK: readHealthCheck,
  CMD: (rest) => ({ command: readExecForm(rest, 'CMD') }),
};

/** Reads the stages of a Dockerfile. @throws DockerfileError for whatever a replay does not know */
export function readDockerfile(text: string): readonly Stage[] {
  const stages: Stage[] = [];
  for (const instruction of instructionsOf(text)) {
    const [keyword = '', rest = ''] = splitOnce(instruction);
    if (keyword === 'FROM') stages.push(readFrom(rest));
    else stages.push(extend(stages.pop(), keyword, rest));
  }
  return stages;
}

/** Logical lines: without comments, and with what a backslash continues. */
function instructionsOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}

function splitOnce(instruction: string): readonly string[] {
  const end = instruction.search(/\s/);
  return end < 0 ? [instruction] : [instruction.slice(0, end), instruction.slice(end).trim()];
}

function readFrom(rest: string): Stage {
  const [, image = '', name = null] = /^([a-z0-9./:_-]+)(?: AS ([a-z0-9_-]+))?$/.exec(rest) ?? [];
  if (image === '')
    throw new DockerfileError(`FROM ${rest}`, 'only "FROM image" and "FROM image AS stage" are known');
  return { image, name, steps: [], user: null, healthCheck: null, command: null };
}

function extend(stage: Stage | undefined, keyword: string, rest: string): Stage {
  const read = READERS[keyword];
  if (stage === undefined) throw new DockerfileError(keyword, 'nothing may stand before the first FROM');
  if (read === undefined)
    throw new DockerfileError(`${keyword} ${rest}`, 'an instruction that the replay does not know');
  const change = read(rest);
  return 'kind' in change ? { ...stage, steps: [...stage.steps, change] } : { ...stage, ...change };
}

function readWorkingFolder(rest: string): string {
  if (!/^\/[\w/.-]+$/.test(rest))
    throw new DockerfileError(`WORKDIR ${rest}`, 'an absolute path is expected');
  return rest;
}

function readCopy(rest: string): Step {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const [from = null, ...others] = flags.map((flag) => /^--from=([a-z0-9_-]+)$/.exec(flag)?.[1] ?? '');
  const paths = words.filter((word) => !word.startsWith('--'));
  const destination = paths.at(-1) ?? '';
  const isKnown =
    from !== '' && others.length === 0 && paths.length > 1 && paths.every((path) => /^[\w@/.-]+$/.test(path));
  if (!isKnown) throw new DockerfileError(`COPY ${rest}`, 'only --from and plain paths are known');
  return { kind: 'copy', from, sources: paths.slice(0, -1), destination };
}

function readRun(rest: string): Step {
  if (/^(\[|--|<<)/.test(rest))
    throw new DockerfileError(`RUN ${rest}`, 'only the shell form without flags is known');
  // It would reach the host's own files.
  if (/(^|[\s"'=:(])(\/(?!dev\/null\b)|~|\.\.)/.test(rest)) {
    throw new DockerfileError(`RUN ${rest}`, 'a path outside the working folder cannot be replayed');
  }
  return { kind: 'run', command: rest };
}

function readEnv(rest: string): Step {
  const [, name = '', value = ''] = /^([A-Z][A-Z0-9_]*)=([\w./:@-]*)$/.exec(rest) ?? [];
  if (name === '') throw new DockerfileError(`ENV ${rest}`, 'only one NAME=value without quotes is known');
  return { kind: 'env', name, value };
}

function readHealthCheck(rest: string): Change {
  const [, command = ''] = /^(?:--(?:interval|timeout|start-period)=\d+s\s+)*CMD\s+(.*)$/.exec(rest) ?? [];
  return { healthCheck: readExecForm(command, 'HEALTHCHECK … CMD') };
}

/** The shell form would put a shell between the signals and our process. */
function readExecForm(rest: string, keyword: string): readonly string[] {
  const words = parseJson(rest);
  if (!Array.isArray(words) || words.length === 0 || !words.every((word) => typeof word === 'string')) {
    throw new DockerfileError(`${keyword} ${rest}`, 'the exec form, a JSON list of strings, is expected');
  }
  return words;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
