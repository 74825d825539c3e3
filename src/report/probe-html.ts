import { openTime, outcomeOf } from '../probe/outcome.ts';
import type { ProbeResult, StageResult } from '../probe/types.ts';
import { cellsTable, listOf, type PageOrigin, page, paragraphs, text, type Verdict, verdictBox } from './page/page.ts';
import { clusterLines } from './probe-text.ts';
import { countText, durationText } from './text/figures.ts';

/** What the probes of one or several clusters came to. */
export function probeHtml(results: readonly ProbeResult[], origin: PageOrigin): string {
  const [first] = results;
  if (results.length === 1 && first !== undefined) {
    const title = `Can the cluster ${nameOf(first)} be opened?`;
    return page({ title, verdict: verdictOf(first), origin, body: details(first, 'h2') });
  }
  return page({
    title: `Can these ${countText(results.length, 'cluster')} be opened?`,
    verdict: verdictOfAll(results),
    origin,
    body: [summaryTable(results), ...results.map(section)],
  });
}

function nameOf({ target, cycle }: ProbeResult): string {
  return cycle === undefined ? target : `${target}, cycle ${cycle}`;
}

const TONES = { fine: 'good', 'not-fine': 'bad', unknown: 'unclear' } as const satisfies Record<
  ReturnType<typeof outcomeOf>,
  Verdict['tone']
>;

function verdictOf(result: ProbeResult): Verdict {
  const { stoppedAt, stages, transport } = result;
  const tone = TONES[outcomeOf(result)];
  if (stoppedAt === null) {
    const time = durationText(Math.round(openTime(result)));
    return { tone, text: [`It was opened and closed over ${transport}; the open took ${time}.`] };
  }
  const stopped = stages.find(({ id }) => id === stoppedAt);
  const said = stopped?.status === 'unknown' ? 'It cannot be told' : 'It was not opened';
  return { tone, text: [`${said}: stopped at ${stoppedAt}.`, ...(stopped === undefined ? [] : [stopped.detail])] };
}

function verdictOfAll(results: readonly ProbeResult[]): Verdict {
  const count = (outcome: keyof typeof TONES) => results.filter((result) => outcomeOf(result) === outcome).length;
  const parts = [
    [count('not-fine'), 'not opened, or not as it should be'],
    [count('unknown'), 'cannot be told'],
    [count('fine'), 'opened'],
  ] as const;
  const said = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  const tone = count('not-fine') > 0 ? 'bad' : count('unknown') > 0 || results.length === 0 ? 'unclear' : 'good';
  const all = countText(results.length, 'cluster');
  return { tone, text: [said.length === 0 ? 'Nothing was probed.' : `${all}: ${said.join(', ')}.`] };
}

/** The worst first. */
function summaryTable(results: readonly ProbeResult[]): string {
  const order = ['bad', 'unclear', 'good'];
  const rows = results
    .map((result) => ({ result, tone: TONES[outcomeOf(result)] }))
    .toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
    .map(({ result, tone }) => {
      const { stoppedAt } = result;
      const time = stoppedAt === null ? durationText(Math.round(openTime(result))) : '–';
      return { tone, cells: [nameOf(result), time, stoppedAt === null ? 'opened' : `stopped at ${stoppedAt}`] };
    });
  return cellsTable({ head: ['Cluster', 'Open took', 'Outcome'], rows });
}

function section(result: ProbeResult): string {
  const all = details(result, 'h3').filter((part) => part !== '');
  return `<section>\n<h2>${text(nameOf(result))}</h2>\n${verdictBox(verdictOf(result))}\n<details>\n<summary>Stage by stage</summary>\n${all.join('\n')}\n</details>\n</section>`;
}

function details(result: ProbeResult, heading: 'h2' | 'h3'): readonly string[] {
  const advice = result.stages.flatMap((stage) => (stage.advice === undefined ? [] : [stage.advice]));
  const ports = result.localPorts.map(({ port, reason }) => `${port}: ${reason}`);
  return [
    listOf('What to do', advice, heading),
    cellsTable({ head: ['Stage', 'Time', 'What was seen', 'Result'], rows: result.stages.map(stageRow) }),
    paragraphs(clusterLines(result).map((line) => line.trim())),
    listOf('Local ports that are not open', ports, heading),
  ];
}

const STATUS = {
  pass: { word: 'passed', tone: 'good' },
  fail: { word: 'failed', tone: 'bad' },
  unknown: { word: 'cannot tell', tone: 'unclear' },
  skip: { word: 'not reached', tone: undefined },
} as const;

function stageRow({ id, status, ms, reason, detail }: StageResult) {
  const { word, tone } = STATUS[status];
  const seen = reason === undefined ? detail : `${reason}: ${detail}`;
  const cells = [id, status === 'skip' ? '–' : `${Math.round(ms)} ms`, seen, word];
  return tone === undefined ? { cells } : { cells, tone };
}
