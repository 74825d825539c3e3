import type { SoakReport } from '../soak/report.ts';
import { escapeMarkup } from './markup.ts';
import { soakPlot } from './soak-plot.ts';
import { resultRows, settingRows } from './soak-text.ts';
import { judgeSoak, verdictText } from './soak-words.ts';

/** One run in a page, with what it is called there. */
interface SoakChapter {
  readonly title: string;
  /** Sentences before the plot. */
  readonly text?: string;
  readonly report: SoakReport;
}

export interface SoakPage {
  readonly title: string;
  readonly text?: string;
  readonly chapters: readonly SoakChapter[];
  /** What it all means. */
  readonly verdict?: string;
}

/** A page of its own: style and plots inside, no script, nothing loaded, fit for print. */
export function soakHtml({ title, text, chapters, verdict }: SoakPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeMarkup(title)}</h1>
${paragraph(text)}${chapters.map(chapter).join('\n')}
${verdict === undefined ? '' : `<section class="verdict"><h2>Verdict</h2>\n${paragraph(verdict)}</section>\n`}</body>
</html>
`;
}

function chapter({ title, text, report }: SoakChapter): string {
  const rows = [...settingRows(report), ...resultRows(report)].map(
    ([name, ...lines]) =>
      `<tr><th scope="row">${escapeMarkup(name)}</th><td>${lines.map(escapeMarkup).join('<br>')}</td></tr>`,
  );
  return `<section>
<h2>${escapeMarkup(title)}</h2>
${paragraph(text)}<p class="${judgeSoak(report)}">${escapeMarkup(verdictText(report))}</p>
<figure>
${soakPlot(report, `Port states over time: ${title}`)}
</figure>
<table>
${rows.join('\n')}
</table>
</section>`;
}

function paragraph(text: string | undefined): string {
  return text === undefined
    ? ''
    : `${text
        .split('\n')
        .map((line) => `<p>${escapeMarkup(line)}</p>`)
        .join('\n')}\n`;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
figure { margin: 1rem 0; } svg { width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 0.9rem; } th { text-align: left; vertical-align: top; padding: 0.15rem 1.5rem 0.15rem 0; font-weight: 600; white-space: nowrap; }
.exhausted, .leaking { border-left: 4px solid #a3281e; padding-left: 0.75rem; font-weight: 600; }
.stalled, .failing, .nothing { border-left: 4px solid #e3a63a; padding-left: 0.75rem; font-weight: 600; }
.fine { border-left: 4px solid #3d7a3d; padding-left: 0.75rem; font-weight: 600; }
@media print { body { font-size: 11pt; margin: 0; max-width: none; } section { break-inside: avoid; } path, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
