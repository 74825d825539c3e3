import { dirname } from 'node:path';
import { readFileBytes } from '../bytes/input-file.ts';
import { portTrend } from '../diagnosis/port-trend.ts';
import { exposureRule } from '../diagnosis/rules/exposure.ts';
import { fromCollectorFolder, isCollectorFolder } from '../evidence/collector-folder.ts';
import { COLLECTED } from '../evidence/collector-script.ts';
import { isDirectory, locate } from '../evidence/directory.ts';
import { mergeEvidence } from '../evidence/evidence.ts';
import { parseNetstatSeries } from '../evidence/netstat-series.ts';
import type { PortRange } from '../ports/ranges.ts';
import { netstatNagios } from '../report/leak-nagios.ts';
import { NAGIOS_STATES } from '../report/nagios.ts';
import { netstatReport, netstatText } from '../report/netstat.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { readInput } from './files.ts';
import type { CommandRun } from './run.ts';

export interface NetstatOptions {
  /** Ports of RPC; default: as the collector exported them beside the series. */
  readonly ports?: readonly PortRange[] | undefined;
  /** ms that a closed port stays bound. */
  readonly recycleAfter?: number | undefined;
  readonly nagios?: true | undefined;
  readonly warn?: number | undefined;
  readonly crit?: number | undefined;
}

const MAX_SERIES_BYTES = 256 << 20;
const WINDOWS_2000 = 5;

/** What `watch --netstat` does with the files or folders that it was given. */
export async function watchNetstat(
  run: CommandRun,
  given: readonly string[],
  options: NetstatOptions,
): Promise<ExitCode> {
  const files = given.map(seriesFile);
  const ranges = options.ports ?? collectedRanges(files);
  const texts: string[] = [];
  for (const [i, file] of files.entries()) {
    const bytes =
      file === given[i]
        ? await readInput(run.world, file, 'the series', MAX_SERIES_BYTES)
        : readFileBytes(file, MAX_SERIES_BYTES, { what: 'the series', followLinks: false });
    texts.push(Buffer.from(bytes).toString('latin1'));
  }
  const { samples, lastLocalMs, warnings } = asInput(files, () => parseNetstatSeries(texts.join('\n')));
  const trend = portTrend(
    samples,
    ranges,
    options.recycleAfter === undefined ? {} : { recycleAfter: options.recycleAfter },
  );
  const report = netstatReport({ files, ranges, trend, lastLocalMs, warnings });
  if (options.nagios === true) {
    const { state, line } = netstatNagios(report, options);
    run.output.text(line);
    return NAGIOS_STATES.indexOf(state) as ExitCode;
  }
  run.output.document(report, () => netstatText(report, run.style));
  return { yes: EXIT.notFine, no: EXIT.fine, unknown: EXIT.unknown }[report.leak];
}

function seriesFile(path: string): string {
  if (!isDirectory(path)) return path;
  const file = locate(path, COLLECTED.netstat);
  if (file !== null) return file;
  const advice = isCollectorFolder(path)
    ? 'The collector was run without samples: run it with a number of them.'
    : 'It is no folder of the collector either: give the series itself, or the folder that `clusrpc collector` filled.';
  throw usageError(`there is no series in the folder ${path}: ${COLLECTED.netstat} is missing`, advice);
}

/** The configuration that the collector exported beside the series. */
function collectedRanges(files: readonly string[]): readonly PortRange[] {
  const folder = dirname(files[0] as string);
  if (isCollectorFolder(folder)) {
    const evidence = mergeEvidence(folder, fromCollectorFolder(folder));
    const { ports } = exposureRule(evidence, WINDOWS_2000);
    if (ports?.valid === true) return ports.pool.ranges;
  }
  throw usageError('which ports are those of RPC?', 'Give --ports 5000-5099, or the folder of the collector.');
}

function asInput<T>(files: readonly string[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? usageError(`${files.join(', ')}: ${error.message}`) : error;
  }
}
