/** One thing that is wrong with the environment. */
export interface ConfigurationFault {
  /** The variable's name. */
  readonly variable: string;
  /** What is wrong, and what would be right. */
  readonly problem: string;
}

/** A part of the configuration, and what is wrong with it. */
export interface Checked<Part> {
  readonly part: Part;
  readonly faults: readonly ConfigurationFault[];
}

/** The environment cannot be used. Carries every fault at once; entries print it and exit with 78 (EX_CONFIG). */
export class ConfigurationError extends Error {
  readonly code = 'CONFIGURATION';

  constructor(readonly faults: readonly ConfigurationFault[]) {
    super(
      [
        'The configuration cannot be used:',
        ...faults.map(({ variable, problem }) => `  ${variable}: ${problem}`),
      ].join('\n'),
    );
    this.name = 'ConfigurationError';
  }
}
