import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** For files, pipes, and whoever wants no colours. */
export const PLAIN: Paint = (_, text) => text;

/** For terminals. Node is not asked whether standard output is one: that was asked before. */
export const COLOURED: Paint = (colour, text) => styleText(colour, text, { validateStream: false });

/** Colours are for terminals, and for those who have not asked for none (https://no-color.org). */
export function choosePaint(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { NO_COLOR: none = '', TERM: terminal } = environment;
  return isTerminal && none === '' && terminal !== 'dumb' ? COLOURED : PLAIN;
}
