/** Control characters, and those that turn the direction or the line: what others wrote must not draw on a terminal. */
const UNPRINTABLE = /[\p{Cc}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2066}-\u{2069}]/gu;

/** The same text on one line, with what a terminal would obey spelt as JSON has it. */
export function printable(text: string): string {
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
