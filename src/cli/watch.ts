import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { portTrend } from '../diagnosis/port-trend.ts';
import { exposureRule } from '../diagnosis/rules/exposure.ts';
import { fromCollectorFolder, isCollectorFolder } from '../evidence/collector-folder.ts';
import { COLLECTED } from '../evidence/collector-script.ts';
import { isDirectory, locate } from '../evidence/directory.ts';
import { mergeEvidence } from '../evidence/evidence.ts';
import { parseNetstatSeries } from '../evidence/netstat-series.ts';
import type { PortRange } from '../ports/ranges.ts';
import { netstatNagios, netstatReport, netstatText } from '../report/netstat.ts';
import { NAGIOS_STATES } from '../report/probe-nagios.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { readInput } from './files.ts';
import type { CommandRun } from './run.ts';
import { portRanges, positiveDuration } from './values.ts';

interface Options {
  readonly netstat?: readonly string[] | true | undefined;
  readonly ports?: readonly PortRange[] | undefined;
  readonly recycleAfter?: number | undefined;
  readonly nagios?: true | undefined;
}

const MAX_SERIES_BYTES = 256 << 20;
const WINDOWS_2000 = 5;

export function watchCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('watch')
    .description(
      'Reads the series of netstat samples that the collector wrote: are ports lost, and when do they run out?',
    )
    .argument('[pid]', 'not in this version: give --netstat')
    .option('--netstat <file...>', 'the series, or the folder of the collector; several files in the order of time')
    .option(
      '--ports <ranges>',
      'the ports of RPC, such as 5000-5099 (default: as the collector exported them)',
      portRanges,
    )
    .option('--recycle-after <duration>', 'how long a closed port stays bound (default: 240s)', positiveDuration)
    .addOption(new Option('--nagios', 'one line and the exit codes of a Nagios plugin').conflicts('json'))
    .action((pid, options, self) => context.run(self, (run) => watchSeries(run, pid, options)));
  return withCommonOptions(command);
}

function watchSeries(run: CommandRun, pid: string | undefined, options: Options): ExitCode {
  if (pid !== undefined)
    throw usageError('watching a running program is not in this version of clusrpc', 'Give --netstat.');
  const given = options.netstat === true ? [] : (options.netstat ?? []);
  if (given.length === 0)
    throw usageError('which series?', 'Give --netstat with the file or the folder of the collector.');
  const files = given.map(seriesFile);
  const ranges = options.ports ?? collectedRanges(files);
  const text = files
    .map((file) => Buffer.from(readInput(file, 'the series', MAX_SERIES_BYTES)).toString('latin1'))
    .join('\n');
  const { samples, warnings } = asInput(files, () => parseNetstatSeries(text));
  const trend = portTrend(
    samples,
    ranges,
    options.recycleAfter === undefined ? {} : { recycleAfter: options.recycleAfter },
  );
  const lastSampleMs = statSync(files.at(-1) as string).mtimeMs;
  const report = netstatReport({ files, ranges, trend, lastSampleMs, warnings });
  if (options.nagios === true) {
    const { state, line } = netstatNagios(report);
    run.output.text(line);
    return NAGIOS_STATES.indexOf(state) as ExitCode;
  }
  run.output.document(report, () => netstatText(report, run.style));
  return { yes: EXIT.notFine, no: EXIT.fine, unknown: EXIT.unknown }[report.leak];
}

function seriesFile(path: string): string {
  if (!isDirectory(path)) return path;
  return locate(path, COLLECTED.netstat) ?? join(path, COLLECTED.netstat);
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
