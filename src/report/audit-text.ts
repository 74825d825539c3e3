import Table from 'cli-table3';
import type { AuditFile, AuditReport } from './audit.ts';
import {
  changeLines,
  EXPOSURE_SENTENCES,
  FILE_COLUMNS,
  fileCells,
  matchTone,
  roleLines,
  systemText,
  toneOf,
  VERDICT_SENTENCES,
} from './audit-words.ts';
import { footnotes } from './text/footnotes.ts';
import { printable } from './text/printable.ts';
import { type Row, rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

/** What `clusrpc audit` prints for people. `local` writes a UTC time in the time of the reader. */
export function auditText(report: AuditReport, local: (utc: string) => string, style: Style = PLAIN): string {
  const { kb814622, portConfig, gaps, changes, system } = report;
  const because = footnotes(kb814622.because, system.sources);
  const same = (line: string): string => line;
  const row = (name: string, lines: readonly string[], paint = same): Row => [
    name,
    ...lines.map((line) => paint(printable(line))),
  ];
  const rows = [
    row('Target', [report.target]),
    row('System', [systemText(report)]),
    row('Cluster', roleLines(report)),
    row(
      'Verdict',
      [`${kb814622.verdict}: ${VERDICT_SENTENCES[kb814622.verdict]}`],
      painter(toneOf(kb814622.verdict), style),
    ),
    row('Exposure', [`${kb814622.exposure}: ${EXPOSURE_SENTENCES[kb814622.exposure]}`]),
    row('Because', because.lines),
    row('Contradictions', kb814622.contradictions, style.yellow),
    row(
      'Port problems',
      (portConfig?.problems ?? []).map((problem) => problem.message),
    ),
    row('Port remarks', portConfig?.remarks ?? []),
    row('Changes', changeLines(changes)),
    row(
      'Not known',
      gaps.map((gap) => `${gap.what}: ${gap.reason} (${gap.source})`),
    ),
    row('Warnings', report.warnings),
    row('Advice', report.advice),
    row('Sources', because.notes),
  ];
  const table = report.files.length === 0 ? '' : `\n${fileTable(report.files, local, style)}\n`;
  return `${rowsText(rows, style.bold)}${table}`;
}

function fileTable(files: readonly AuditFile[], local: (utc: string) => string, style: Style): string {
  const table = new Table({ head: FILE_COLUMNS.map((column) => style.bold(column)), style: { head: [], border: [] } });
  for (const file of files) {
    const cells = fileCells(file, local).map(printable);
    table.push([...cells.slice(0, -1), painter(matchTone(file.match), style)(cells.at(-1) ?? '')]);
  }
  return table.toString();
}

function painter(tone: 'good' | 'bad' | 'unclear', style: Style): (text: string) => string {
  return { good: style.green, bad: style.red, unclear: style.yellow }[tone];
}
