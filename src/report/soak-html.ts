import type { SoakReport, SoakVariant } from '../soak/report.ts';
import {
  cellsTable,
  figure,
  type PageOrigin,
  page,
  paragraphs,
  rowsTable,
  text,
  type Verdict,
  verdictBox,
} from './page/page.ts';
import { standingAlone } from './page/plot.ts';
import { plotEnd, soakPlot, soakTable } from './soak-plot.ts';
import { resultRows, settingRows } from './soak-text.ts';
import { judgeSoak, type SoakJudgement, VARIANT_WORDS, variantRows, verdictText } from './soak-words.ts';
import type { Row } from './text/rows.ts';

/** One run in a page, with what it is called there. */
interface SoakChapter {
  readonly title: string;
  readonly verdict: Verdict;
  readonly report: SoakReport;
  readonly rows: readonly Row[];
}

interface SoakPage {
  readonly title: string;
  readonly verdict: Verdict;
  readonly origin: PageOrigin;
  readonly text?: readonly string[];
  /** Drawn on one scale. */
  readonly chapters: readonly SoakChapter[];
  readonly timeTitle?: string;
}

/** Several runs in one page, on one scale. */
export function soakPage({ title, verdict, origin, text: lines = [], chapters, timeTitle }: SoakPage): string {
  const endMs = plotEnd(chapters.map(({ report }) => report));
  const sections = chapters.map((chapter) =>
    [
      `<section>\n<h2>${text(chapter.title)}</h2>`,
      verdictBox(chapter.verdict),
      plotFigure(chapter.report, chapter.title, { endMs, ...(timeTitle !== undefined && { timeTitle }) }),
      `${rowsTable(chapter.rows)}\n</section>`,
    ].join('\n'),
  );
  return page({ title, verdict, origin, body: [paragraphs(lines), ...sections] });
}

/** One run, and beside it on one scale the same load with one thing changed each. */
export function soakHtml(report: SoakReport, origin: PageOrigin): string {
  const { variants = [], settings } = report;
  const { target, clientProfile, time, seed } = settings;
  const title =
    target === 'emulated' ? `Soak of an emulated cluster from ${clientProfile}` : `Soak of the cluster ${target}`;
  const run: Row = ['Run', clientProfile === null ? `${time} time` : `${time} time, seed ${seed}`];
  const endMs = plotEnd([report, ...variants.map((variant) => variant.report)]);
  return page({
    title,
    verdict: soakVerdict(report),
    origin,
    body: [
      plotFigure(report, title, { endMs }),
      rowsTable([run, ...settingRows(report), ...resultRows(report)]),
      ...(variants.length === 0 ? [] : [`<h2>The same load with one thing changed</h2>\n${variantsTable(report)}`]),
      ...variants.map((variant) => panel(variant, endMs)),
    ],
  });
}

/** The plot of the ports as a file of its own. */
export function soakSvg(report: SoakReport): string {
  return standingAlone(soakPlot(report, { label: `Port states over time: ${verdictText(report)}` }));
}

function variantsTable(report: SoakReport): string {
  const { head, rows } = variantRows(report);
  return cellsTable({ head, rows: rows.map(({ cells, report: of }) => ({ cells, tone: TONES[judgeSoak(of)] })) });
}

function panel({ id, report }: SoakVariant, endMs: number): string {
  const title = VARIANT_WORDS[id];
  return `<section>\n<h3>${text(title)}</h3>\n${verdictBox(soakVerdict(report))}\n${plotFigure(report, title, { endMs })}\n</section>`;
}

function plotFigure(report: SoakReport, title: string, scale: { endMs?: number; timeTitle?: string } = {}): string {
  return figure(
    soakPlot(report, { label: `Port states over time: ${title}`, ...scale }),
    'Port states over time',
    soakTable(report),
  );
}

export function soakVerdict(report: SoakReport): Verdict {
  return { tone: TONES[judgeSoak(report)], text: [verdictText(report)] };
}

const TONES: Readonly<Record<SoakJudgement, Verdict['tone']>> = {
  exhausted: 'bad',
  leaking: 'bad',
  stalled: 'unclear',
  failing: 'bad',
  fine: 'good',
  nothing: 'unclear',
};
