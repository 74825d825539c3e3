import { curveStepAfter, line } from 'd3-shape';
import { formatPortRanges } from '../ports/ranges.ts';
import type { PortSample } from '../watch/sample.ts';
import { thinned } from '../watch/thinned.ts';
import { type Cells, figure, type PageOrigin, page, rowsTable, type Verdict } from './page/page.ts';
import { plotIn } from './page/plot.ts';
import { durationText } from './text/figures.ts';
import type { WatchReport } from './watch.ts';
import { VERDICTS, watchRows } from './watch-text.ts';

const HEIGHT = 200;
const TABLE_LINES = 20;
/** Points of the plot. */
const MOST = 800;

/** Whether a process leaks, and the ports that it held. `time` is written by the caller, who knows the clock. */
export function watchHtml(report: WatchReport, time: (ms: number) => string, origin: PageOrigin): string {
  const { pid, samples, verdict, ranges } = report;
  return page({
    title: `Does process ${pid} leak ports?`,
    verdict: { tone: TONES[verdict], text: [`Process ${pid}: ${VERDICTS[verdict]}.`] },
    origin,
    body: [
      samples.length < 2 ? '' : figure(watchPlot(report), 'UDP ports held over time', watchTable(samples)),
      rowsTable([
        ...(ranges === null ? [] : [['Ports of RPC', formatPortRanges(ranges)] as const]),
        ...watchRows(report, time),
      ]),
    ],
  });
}

const TONES: Readonly<Record<WatchReport['verdict'], Verdict['tone']>> = {
  leaking: 'bad',
  'not-leaking': 'good',
  'cannot-tell': 'unclear',
};

function watchPlot({ pid, samples, exhaustedBetweenMs: band }: WatchReport): string {
  const points = thinned(samples, MOST);
  const start = points[0]?.ms ?? 0;
  const most = Math.max(1, ...points.map(({ udp }) => udp.length));
  const { x, y, draw } = plotIn({
    label: `UDP ports that process ${pid} held over time`,
    height: HEIGHT,
    endMs: (points.at(-1)?.ms ?? 0) - start,
    timeTitle: 'time from the first sample',
    valueTitle: 'UDP ports',
    values: [0, most],
    legend: [{ className: 'in-use', label: 'held' }],
    bands:
      band === null
        ? []
        : [
            {
              label: `Forecast, exhausted: ${durationText(band.p05 - start)} to ${durationText(band.p95 - start)}`,
              p05: band.p05 - start,
              p50: band.p50 - start,
              p95: band.p95 - start,
            },
          ],
  });
  const shape = line<PortSample>(
    ({ ms }) => x(ms - start),
    ({ udp }) => y(udp.length),
  )
    .curve(curveStepAfter)
    .digits(1);
  return draw([`<path class="line in-use" d="${shape([...points]) ?? ''}"/>`]);
}

function watchTable(samples: readonly PortSample[]): Cells {
  const start = samples[0]?.ms ?? 0;
  return {
    head: ['Time', 'UDP ports', 'TCP ports'],
    rows: thinned(samples, TABLE_LINES).map(({ ms, udp, tcp }) => ({
      cells: [durationText(ms - start), String(udp.length), String(tcp.length)],
    })),
  };
}
