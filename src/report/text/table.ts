import { PLAIN, type Style } from './style.ts';

/** Lines of a table whose columns are as wide as their widest cell; the head in bold. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style = PLAIN,
): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [style.bold(line(head)), ...rows.map(line)];
}
