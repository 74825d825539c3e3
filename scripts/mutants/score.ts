/** The part of Stryker's report that is read (mutation-testing-report-schema 2). */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Mutant {
  readonly status: string;
  readonly replacement: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** A mutant that no test can notice, as `test/mutants.yaml` has it. */
export interface Equivalent {
  readonly file: string;
  /** What Stryker replaces, as it stands in the source, white space aside. */
  readonly text: string;
  /** By what; any when it is missing. */
  readonly becomes?: string;
  readonly because: string;
}

export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly becomes: string;
}

export interface Score {
  readonly caught: number;
  readonly survived: readonly Survivor[];
  readonly argued: number;
  readonly percent: number;
}

const CAUGHT: readonly string[] = ['Killed', 'Timeout'];
const MISSED: readonly string[] = ['Survived', 'NoCoverage'];

/** Mutants that ended the tests or made them fail are caught; those that no test reaches are missed like those that pass all. */
export function scoreOf(report: MutationReport, equivalents: readonly Equivalent[]): Score {
  let caught = 0;
  let argued = 0;
  const survived: Survivor[] = [];
  for (const [file, { source, mutants }] of Object.entries(report.files)) {
    const lines = source.split('\n');
    for (const { status, replacement, location } of mutants) {
      if (CAUGHT.includes(status)) caught += 1;
      if (!MISSED.includes(status)) continue;
      const text = slice(lines, location.start, location.end);
      const becomes = plain(replacement);
      const isArgued = equivalents.some(
        (each) =>
          file.endsWith(each.file) &&
          plain(each.text) === text &&
          (each.becomes === undefined || plain(each.becomes) === becomes),
      );
      if (isArgued) argued += 1;
      else survived.push({ file, line: location.start.line, text, becomes });
    }
  }
  const all = caught + survived.length;
  return { caught, survived, argued, percent: all === 0 ? 100 : (100 * caught) / all };
}

function slice(lines: readonly string[], start: Position, end: Position): string {
  const part = lines.slice(start.line - 1, end.line);
  const last = part.length - 1;
  part[last] = (part[last] ?? '').slice(0, end.column - 1);
  part[0] = (part[0] ?? '').slice(start.column - 1);
  return plain(part.join('\n'));
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
