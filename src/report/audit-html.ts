import { ARTICLE_FILE_ROWS } from '../diagnosis/data/article-files.ts';
import type { AuditReport } from './audit.ts';
import {
  changeLines,
  EXPOSURE_SENTENCES,
  FILE_COLUMNS,
  fileCells,
  matchTone,
  roleLines,
  systemText,
  toneOf,
  unseenFileCells,
  VERDICT_SENTENCES,
} from './audit-words.ts';
import { cellsTable, listOf, type PageOrigin, page, paragraphs, type Verdict } from './page/page.ts';
import { countedTones, foldedSection, worstFirst } from './page/several.ts';
import { countText } from './text/figures.ts';
import { footnotes } from './text/footnotes.ts';

/** One page for all targets. `local` writes a UTC time in the time of the reader. */
export function auditHtml(reports: readonly AuditReport[], origin: PageOrigin, local: (utc: string) => string): string {
  const [first] = reports;
  if (reports.length === 1 && first !== undefined) {
    return page({
      title: `Does RPC leak firewall ports on ${first.target}? (KB814622)`,
      verdict: verdictOf(first),
      origin,
      body: details(first, local, 'h2'),
    });
  }
  return page({
    title: `Does RPC leak firewall ports on these ${countText(reports.length, 'machine')}? (KB814622)`,
    verdict: verdictOfAll(reports),
    origin,
    body: [summaryTable(reports), ...reports.map((report) => section(report, local))],
  });
}

function verdictOf({ kb814622: { verdict, exposure } }: AuditReport): Verdict {
  return { tone: toneOf(verdict), text: [VERDICT_SENTENCES[verdict], EXPOSURE_SENTENCES[exposure]] };
}

function verdictOfAll(reports: readonly AuditReport[]): Verdict {
  const { tone, said } = countedTones(
    reports.map(({ kb814622 }) => toneOf(kb814622.verdict)),
    { bad: 'without the whole correction', unclear: 'not known', good: 'with nothing to do' },
  );
  return { tone, text: [`${countText(reports.length, 'machine')}: ${said.join(', ')}.`] };
}

function summaryTable(reports: readonly AuditReport[]): string {
  const rows = reports.map((report) => ({
    tone: toneOf(report.kb814622.verdict),
    cells: [
      report.target,
      systemText(report),
      PORTS_WORDS[report.kb814622.exposure],
      VERDICT_WORDS[report.kb814622.verdict],
    ],
  }));
  return cellsTable({ head: ['Machine', 'System', 'RPC ports', 'Leak'], rows: worstFirst(rows) });
}

const VERDICT_WORDS: Readonly<Record<AuditReport['kb814622']['verdict'], string>> = {
  affected: 'leaks',
  partly: 'corrected in part',
  fixed: 'corrected',
  'not-applicable': 'not Windows 2000',
  unknown: 'not known',
};

const PORTS_WORDS: Readonly<Record<AuditReport['kb814622']['exposure'], string>> = {
  'limited-ports': 'limited to a list',
  unlimited: 'not limited',
  unknown: 'not known',
};

/** On paper the summary and the verdicts are enough: what is folded is not printed. */
function section(report: AuditReport, local: (utc: string) => string): string {
  return foldedSection(report.target, verdictOf(report), 'What to do, and why', details(report, local, 'h3'));
}

function details(report: AuditReport, local: (utc: string) => string, heading: 'h2' | 'h3'): readonly string[] {
  const { kb814622, system, gaps, portConfig } = report;
  const noted = footnotes(kb814622.because, system.sources);
  const list = (title: string, lines: readonly string[]) => listOf(title, lines, heading);
  return [
    paragraphs([
      system.name === null ? systemText(report) : `${systemText(report)}, ${system.name}`,
      ...roleLines(report),
    ]),
    list('What to do', report.advice),
    fileTable(report, local),
    list('Because', noted.lines),
    list('Contradictions', kb814622.contradictions),
    list(
      'Problems of the port configuration',
      (portConfig?.problems ?? []).map((problem) => problem.message),
    ),
    list('Remarks on the port configuration', portConfig?.remarks ?? []),
    list('Changes since the baseline', changeLines(report.changes)),
    list(
      'Not known',
      gaps.map((gap) => `${gap.what}: ${gap.reason} (${gap.source})`),
    ),
    list('Warnings', report.warnings),
    list('Sources', noted.notes.length === 0 ? system.sources : noted.notes),
  ];
}

/** What was found beside what is required, also of files that nobody saw. */
function fileTable({ files }: AuditReport, local: (utc: string) => string): string {
  const unseen = ARTICLE_FILE_ROWS.filter(({ name }) => files.every((file) => file.name !== name));
  return cellsTable({
    head: FILE_COLUMNS,
    rows: [
      ...files.map((file) => ({ cells: fileCells(file, local), tone: matchTone(file.match) })),
      ...unseen.map((row) => ({ cells: unseenFileCells(row), tone: 'unclear' as const })),
    ],
  });
}
