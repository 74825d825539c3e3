import { printable } from '../text/printable.ts';
import type { Row } from '../text/rows.ts';
import { escapeMarkup } from './markup.ts';
import { inBothSchemes, type Palette } from './palette.ts';
import { plotStyle } from './plot.ts';

/** Which run a page is of. */
export interface PageOrigin {
  /** Of clusrpc. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly madeUtc: string;
  /** As it was typed. */
  readonly command: string;
}

/** `good`: nothing to do; `bad`: something to do; `unclear`: cannot tell, or passes by itself. */
export type Tone = 'good' | 'bad' | 'unclear';

export interface Verdict {
  readonly tone: Tone;
  /** Paragraphs: the first says it, the others explain. */
  readonly text: readonly string[];
}

export interface Page {
  readonly title: string;
  /** What people read first. */
  readonly verdict: Verdict;
  readonly origin: PageOrigin;
  /** Markup. */
  readonly body: readonly string[];
}

/** A page that stands alone: style and plots inside, no script, nothing loaded, light and dark, fit for print. */
export function page({ title, verdict, origin, body }: Page): string {
  const { version, madeUtc, command } = origin;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<header>
<h1>${text(title)}</h1>
${verdictBox(verdict)}
</header>
<main>
${body.filter((part) => part !== '').join('\n')}
</main>
<footer>
<p>Made by clusrpc ${text(version)} on ${text(madeUtc.slice(0, 16).replace('T', ' '))} UTC with <code>${text(command)}</code></p>
</footer>
</body>
</html>
`;
}

export function verdictBox({ tone, text: [first = '', ...others] }: Verdict): string {
  return `<div class="verdict ${tone}">\n<p><strong>${text(first)}</strong></p>${others.map((line) => `\n<p>${text(line)}</p>`).join('')}\n</div>`;
}

/** Names and what is said of them. */
export function rowsTable(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(
    ([name, ...said]) => `<tr><th scope="row">${text(name)}</th><td>${said.map(text).join('<br>')}</td></tr>`,
  );
  return `<table class="rows">\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table>`;
}

export interface Cells {
  readonly head: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly tone?: Tone }[];
}

/** A table with a head; on a narrow screen each of its rows is a card. The tone colours the last cell of a row. */
export function cellsTable({ head, rows }: Cells): string {
  const titles = head.map((title) => `<th scope="col">${text(title)}</th>`);
  const lines = rows.map(({ cells, tone }) => {
    const row = cells.map((cell, index) => `<td data-title="${text(head[index] ?? '')}">${text(cell)}</td>`);
    return `<tr${tone === undefined ? '' : ` class="${tone}"`}>${row.join('')}</tr>`;
  });
  return `<table class="cells">\n<thead>\n<tr>${titles.join('')}</tr>\n</thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table>`;
}

/** A plot, and what it shows as a table for those who cannot see it. */
export function figure(plot: string, title: string, table: Cells): string {
  return `<figure>\n<figcaption>${text(title)}</figcaption>\n${plot}\n<details>\n<summary>The same as a table</summary>\n${numbersTable(table)}\n</details>\n</figure>`;
}

function numbersTable({ head, rows }: Cells): string {
  const lines = rows.map(({ cells }) => `<tr>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`);
  return `<table class="numbers">\n<thead>\n<tr>${head.map((title) => `<th scope="col">${text(title)}</th>`).join('')}</tr>\n</thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table>`;
}

export function listOf(title: string, lines: readonly string[], heading: 'h2' | 'h3' = 'h3'): string {
  if (lines.length === 0) return '';
  return `<${heading}>${text(title)}</${heading}>\n<ul>\n${lines.map((line) => `<li>${text(line)}</li>`).join('\n')}\n</ul>`;
}

export function paragraphs(lines: readonly string[]): string {
  return lines.map((line) => `<p>${text(line)}</p>`).join('\n');
}

/** Text for a page, also out of a registry or a packet. */
export function text(value: string): string {
  return escapeMarkup(printable(value));
}

const LAYOUT = `*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0 1rem; } h2 { font-size: 1.2rem; margin: 2.25rem 0 0.5rem; } h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
p { margin: 0.35rem 0; } ul { margin: 0.25rem 0; padding-left: 1.25rem; }
.verdict { border-left: 5px solid; padding: 0.15rem 0 0.15rem 0.85rem; margin: 0.75rem 0; } .verdict h3 { margin-top: 0; }
h1 + .verdict strong { font-size: 1.1rem; }
table { border-collapse: collapse; font-size: 0.9rem; margin: 0.75rem 0; } th { font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 1.25rem 0.2rem 0; }
.rows th { white-space: nowrap; } .numbers { font-variant-numeric: tabular-nums; } .numbers th, .numbers td { text-align: right; padding-right: 0.9rem; }
.cells th, .cells td { border-bottom: 1px solid; } .cells th, .cells td:last-child { overflow-wrap: normal; } .cells .good td:last-child, .cells .bad td:last-child, .cells .unclear td:last-child { font-weight: 600; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; margin-bottom: 0.5rem; } summary { cursor: pointer; font-size: 0.9rem; }
code { font: 0.85em/1.4 ui-monospace, monospace; } footer { margin-top: 2.5rem; border-top: 1px solid; padding-top: 0.5rem; font-size: 0.85rem; }
@media (max-width: 40rem) {
.rows th, .rows td { display: block; padding-right: 0; white-space: normal; } .rows td { padding-bottom: 0.5rem; }
.cells thead { position: absolute; clip-path: inset(50%); } .cells tr { display: block; border-bottom: 1px solid; padding: 0.4rem 0; } .cells td { display: block; border: 0; padding: 0.05rem 0; }
.cells td::before { content: attr(data-title) ": "; }
}
@media print {
body { font-size: 10pt; max-width: none; padding: 0; } figure, .verdict, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact; } details:not([open]) { display: none; }
}`;

function colours(palette: Palette): string {
  const { page: background, text: letters, quiet, grid, good, bad, unclear } = palette;
  return `body { color: ${letters}; background: ${background}; }
.verdict.good { border-color: ${good}; } .verdict.bad { border-color: ${bad}; } .verdict.unclear { border-color: ${unclear}; }
.good > td:last-child { color: ${good}; } .bad > td:last-child { color: ${bad}; } .unclear > td:last-child { color: ${unclear}; }
.quiet, footer, .cells td::before { color: ${quiet}; } .cells th, .cells td, .cells tr, footer { border-color: ${grid}; } .bad-text { color: ${bad}; }
${plotStyle(palette)}`;
}

const STYLE = `:root { color-scheme: light dark; }\n${LAYOUT}\n${inBothSchemes(colours)}`;
