const MARKS = '¹²³⁴⁵⁶⁷⁸⁹';

/** Lines in which each `(source, place)` became a mark, and what the marks stand for: each source once. */
export interface Footnotes {
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

/** `sources`: how what stands in brackets begins. More than nine different ones are numbered in brackets. */
export function footnotes(lines: readonly string[], sources: readonly string[]): Footnotes {
  const notes: string[] = [];
  const markOf = (note: string): string => {
    if (!notes.includes(note)) notes.push(note);
    const number = notes.indexOf(note);
    return MARKS[number] ?? ` [${number + 1}]`;
  };
  const marked = lines.map((line) => {
    let rest = line;
    let result = '';
    for (;;) {
      const from = sources.map((source) => rest.indexOf(` (${source}`)).filter((at) => at >= 0);
      const at = Math.min(...from);
      const end = from.length === 0 ? -1 : closingBracket(rest, at + 1);
      if (end < 0) return result + rest;
      result += rest.slice(0, at) + markOf(rest.slice(at + 2, end));
      rest = rest.slice(end + 1);
    }
  });
  return { lines: marked, notes: notes.map((note, number) => `${MARKS[number] ?? `[${number + 1}]`} ${note}`) };
}

/** Paths have brackets of their own: `C:\Program Files (x86)`. */
function closingBracket(text: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}
