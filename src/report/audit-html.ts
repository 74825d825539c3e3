import type { AuditReport } from './audit.ts';
import {
  changeLines,
  EXPOSURE_SENTENCES,
  FILE_COLUMNS,
  fileCells,
  matchTone,
  systemText,
  toneOf,
  VERDICT_SENTENCES,
} from './audit-words.ts';
import { escapeMarkup } from './markup.ts';
import { printable } from './text/printable.ts';

/** One page for all targets that stands alone: style inside, no script, nothing loaded, fit for print. */
export function auditHtml(reports: readonly AuditReport[], local: (utc: string) => string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>KB814622: ${text(reports.map((report) => report.target).join(', '))}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Does the RPC datagram runtime leak firewall ports here? (KB814622)</h1>
${reports.map((report) => section(report, local)).join('\n')}
</body>
</html>
`;
}

function section(report: AuditReport, local: (utc: string) => string): string {
  const { kb814622, system, gaps } = report;
  return `<section>
<h2>${text(report.target)}</h2>
<p>${text(systemText(report))}${system.name === null ? '' : `, ${text(system.name)}`}</p>
<p class="${toneOf(kb814622.verdict)}">${text(`${kb814622.verdict}: ${VERDICT_SENTENCES[kb814622.verdict]}`)}</p>
<p>${text(`${kb814622.exposure}: ${EXPOSURE_SENTENCES[kb814622.exposure]}`)}</p>
${fileTable(report, local)}${list('Because', kb814622.because)}${list('Contradictions', kb814622.contradictions)}${list(
  'Problems of the port configuration',
  (report.portConfig?.problems ?? []).map((problem) => problem.message),
)}${list('Changes since the baseline', changeLines(report.changes))}${list('Advice', report.advice)}${list(
  'Not known',
  gaps.map((gap) => `${gap.what}: ${gap.reason} (${gap.source})`),
)}${list('Warnings', report.warnings)}${list('Sources', system.sources)}</section>`;
}

function fileTable({ files }: AuditReport, local: (utc: string) => string): string {
  if (files.length === 0) return '';
  const head = FILE_COLUMNS.map((column) => `<th scope="col">${column}</th>`).join('');
  const rows = files.map((file) => {
    const cells = fileCells(file, local).map((cell) => `<td>${text(cell)}</td>`);
    return `<tr class="${matchTone(file.match)}">${cells.join('')}</tr>`;
  });
  return `<table>\n<tr>${head}</tr>\n${rows.join('\n')}\n</table>\n`;
}

function list(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<h3>${title}</h3>\n<ul>\n${lines.map((line) => `<li>${text(line)}</li>`).join('\n')}\n</ul>\n`;
}

function text(value: string): string {
  return escapeMarkup(printable(value));
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; } h3 { font-size: 1rem; margin: 1rem 0 0.25rem; }
table { border-collapse: collapse; font-size: 0.85rem; } th, td { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; border-bottom: 1px solid #ddd; }
p.good, p.bad, p.unclear { border-left: 4px solid; padding-left: 0.75rem; font-weight: 600; }
p.good { border-color: #3d7a3d; } p.bad { border-color: #a3281e; } p.unclear { border-color: #e3a63a; }
tr.bad td:last-child { color: #a3281e; font-weight: 600; } tr.good td:last-child { color: #2c5f2c; }
li { overflow-wrap: anywhere; }
@media print { body { font-size: 10pt; margin: 0; max-width: none; } section { break-inside: avoid-page; } }
`;
