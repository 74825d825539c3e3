/** A name and what is said of it; several lines stand below each other. */
export type Row = readonly [name: string, ...lines: readonly string[]];

const NAME_WIDTH = 15;

/** Names in a column, what is said of them beside it. `mark` paints a name. */
export function rowsText(rows: readonly Row[], mark: (name: string) => string = (name) => name): string {
  return rows
    .flatMap(([name, ...lines]) =>
      lines.map((line, index) => {
        const head = index === 0 ? name : '';
        return `${mark(head)}${' '.repeat(Math.max(1, NAME_WIDTH - head.length))}${line}`;
      }),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
