import { openTime, outcomeOf } from '../probe/outcome.ts';
import type { ProbeResult, StageResult } from '../probe/types.ts';
import { cellsTable, listOf, type PageOrigin, page, paragraphs, type Verdict } from './page/page.ts';
import { countedTones, foldedSection, worstFirst } from './page/several.ts';
import { clusterLines } from './probe-text.ts';
import { REASON_WORDS, STAGE_WORDS } from './probe-words.ts';
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
  return {
    tone,
    text: [
      `${said}: it stopped where the client has to ${STAGE_WORDS[stoppedAt]}.`,
      ...(stopped === undefined ? [] : [stopped.detail]),
    ],
  };
}

function verdictOfAll(results: readonly ProbeResult[]): Verdict {
  const { tone, said } = countedTones(
    results.map((result) => TONES[outcomeOf(result)]),
    { bad: 'not opened, or not as it should be', unclear: 'cannot be told', good: 'opened' },
  );
  const all = countText(results.length, 'cluster');
  return { tone, text: [said.length === 0 ? 'Nothing was probed.' : `${all}: ${said.join(', ')}.`] };
}

function summaryTable(results: readonly ProbeResult[]): string {
  const rows = results.map((result) => {
    const { stoppedAt } = result;
    const time = stoppedAt === null ? durationText(Math.round(openTime(result))) : '–';
    const outcome = stoppedAt === null ? 'opened' : `could not ${STAGE_WORDS[stoppedAt]}`;
    return { tone: TONES[outcomeOf(result)], cells: [nameOf(result), time, outcome] };
  });
  return cellsTable({ head: ['Cluster', 'Open took', 'Outcome'], rows: worstFirst(rows) });
}

function section(result: ProbeResult): string {
  return foldedSection(nameOf(result), verdictOf(result), 'Stage by stage', details(result, 'h3'));
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
  const seen = reason === undefined ? detail : `${REASON_WORDS[reason]}: ${detail}`;
  const cells = [STAGE_WORDS[id], status === 'skip' ? '–' : `${Math.round(ms)} ms`, seen, word];
  return tone === undefined ? { cells } : { cells, tone };
}
