import { printable } from '../report/text/printable.ts';

/** What picocolors writes for the marks of Style, and nothing else that a terminal obeys. */
const MARKS = new RegExp(`(${'\u{1b}'}\\[(?:1|2|22|31|32|33|39)m)`);

/**
 * Text on its way to a terminal. Names out of packets, files and registries may hold anything: whatever would move the
 * cursor, clear the screen or turn the direction of writing is shown as an escape. Lines stay, and where colours are
 * wanted our own marks.
 */
export function terminalText(text: string, colored = false): string {
  return text
    .split(/(\r?\n)/)
    .map((line, at) =>
      at % 2 === 1
        ? line
        : line
            .split(MARKS)
            .map((part, index) => (colored && index % 2 === 1 ? part : printable(part)))
            .join(''),
    )
    .join('');
}
