import { parseArgs } from 'node:util';

export const SECTIONS = ['header', 'bearer', 'lookup', 'start', 'memory'] as const;
export type Section = (typeof SECTIONS)[number];

/** How much is measured. */
export interface Amounts {
  readonly rounds: number;
  /** Of one round, without its warm-up; less where warming up took longer: facts are kept for 5. */
  readonly seconds: number;
  /** Calls of one round that each bring a token of their own. */
  readonly callsPerTokenRound: number;
  readonly lookupsPerRound: number;
  readonly starts: number;
  /** After how many calls resident memory is read. */
  readonly memoryCalls: readonly [number, number];
}

export interface BenchOptions {
  readonly sections: ReadonlySet<Section>;
  /** The Node binary that both servers run on. */
  readonly node: string;
  /** Options of Node, for the hook alone. */
  readonly hookOptions: readonly string[];
  readonly isQuick: boolean;
  readonly amounts: Amounts;
  /** Where the figures go as JSON. */
  readonly jsonFile: string | undefined;
  /** Where the server's CPU profile of the header section goes. */
  readonly profileFolder: string | undefined;
}

const WHOLE: Amounts = {
  rounds: 7,
  seconds: 3,
  callsPerTokenRound: 12_000,
  lookupsPerRound: 2_000,
  starts: 7,
  memoryCalls: [200_000, 1_000_000],
};

const QUICK: Amounts = {
  rounds: 3,
  seconds: 1.5,
  callsPerTokenRound: 2_000,
  lookupsPerRound: 1_000,
  starts: 3,
  memoryCalls: [20_000, 60_000],
};

export const USAGE = `npm run bench -- [--quick] [--only ${SECTIONS.join(',')}] [--node PATH] [--hook-options="OPTIONS"] [--json FILE] [--profile FOLDER]
`;

/** @throws TypeError for what is not an option */
export function readOptions(parameters: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: SECTIONS.join(',') },
      node: { type: 'string', default: process.execPath },
      'hook-options': { type: 'string', default: '' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    sections: new Set(values.only.split(',').map(asSection)),
    node: values.node,
    hookOptions: values['hook-options'].split(' ').filter((option) => option !== ''),
    isQuick: values.quick,
    amounts: values.quick ? QUICK : WHOLE,
    jsonFile: values.json,
    profileFolder: values.profile,
  };
}

function asSection(name: string): Section {
  const section = SECTIONS.find((known) => known === name);
  if (section === undefined) throw new TypeError(`--only knows ${SECTIONS.join(', ')}, and not ${name}`);
  return section;
}
