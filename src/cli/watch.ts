import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { watchNagios } from '../report/leak-nagios.ts';
import { NAGIOS_STATES } from '../report/nagios.ts';
import { watchHtml } from '../report/watch-html.ts';
import { sampleText, watchText } from '../report/watch-text.ts';
import type { LeakJudgement } from '../watch/judge.ts';
import type { PortSample } from '../watch/sample.ts';
import type { SignsWanted } from '../watch/system-signs.ts';
import { type WatchReport, watch } from '../watch-process.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { type Metric, serveMetrics, withPrometheus } from './metrics.ts';
import type { CommandRun } from './run.ts';
import { count, portRanges, positiveDuration } from './values.ts';
import { type NetstatOptions, watchNetstat } from './watch-netstat.ts';

interface Options extends NetstatOptions, SignsWanted {
  readonly netstat?: readonly string[] | true | undefined;
  readonly every: number;
  readonly for?: number | undefined;
  readonly prometheus?: number | undefined;
  readonly html?: string | undefined;
}

const LARGEST_PID = 0xffff_ffff;
const EXITS: Readonly<Record<LeakJudgement['verdict'], ExitCode>> = {
  leaking: EXIT.notFine,
  'not-leaking': EXIT.fine,
  'cannot-tell': EXIT.unknown,
};

export function watchCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('watch')
    .description(
      'Samples the ports that a running program holds until it ends, the time is over or Ctrl-C, and says whether it leaks UDP ports. With --netstat the same from the samples that the collector wrote.',
    )
    .argument('[pid]', 'process id, on this Windows or Linux', count(1, LARGEST_PID))
    .option('--every <duration>', 'time between two samples', positiveDuration, 10_000)
    .option('--for <duration>', 'how long to watch (default: until the program ends)', positiveDuration)
    .option('--ports <ranges>', 'the ports that RPC may use there, such as 5000-5099', portRanges)
    .option('--netstat <file...>', 'a series of samples, or the folder of the collector; several in the order of time')
    .option('--recycle-after <duration>', 'how long a closed port stays bound (default: 240s)', positiveDuration)
    .option('--counters', 'with a process id: the UDP counters of the machine meanwhile')
    .option('--events', 'with a process id: what Windows logged for want of ports meanwhile (4227, 4231, 4266)')
    .addOption(new Option('--nagios', 'one line and the exit codes of a Nagios plugin').conflicts(['json', 'ndjson']))
    .option(
      '--warn <duration>',
      'with --nagios: a leak is a warning when its ports are used up sooner',
      positiveDuration,
    )
    .option(
      '--crit <duration>',
      'with --nagios: critical when sooner than this (default: any leak is)',
      positiveDuration,
    )
    .action((pid, options, self) => context.run(self, (run) => watchEither(run, pid, options)));
  return withCommonOptions(withPrometheus(command), { ndjson: true, html: true });
}

/** A running program, or what was sampled elsewhere. */
function watchEither(run: CommandRun, pid: number | undefined, options: Options): ExitCode | Promise<ExitCode> {
  const { netstat, nagios, warn, crit } = options;
  if (nagios === undefined && (warn ?? crit) !== undefined) throw usageError('--warn and --crit need --nagios');
  if (warn !== undefined && crit !== undefined && warn < crit) {
    throw usageError('--warn is below --crit, so it would never be reached', 'Give --warn the longer time.');
  }
  if (netstat !== undefined) {
    if (pid !== undefined) throw usageError('--netstat reads samples: it takes no process id');
    if (options.prometheus !== undefined) throw usageError('--prometheus needs a process id');
    if (options.html !== undefined) throw usageError('--html needs a process id');
    if (options.counters || options.events) throw usageError('--counters and --events need a process id');
    if (netstat === true || netstat.length === 0)
      throw usageError('which series?', 'Give --netstat a file or a folder.');
    return watchNetstat(run, netstat, options);
  }
  if (pid === undefined)
    throw usageError('which program?', 'Give its process id, or --netstat with a series of samples.');
  return watchProcess(run, pid, options);
}

async function watchProcess(run: CommandRun, pid: number, options: Options): Promise<ExitCode> {
  const { output, signal, style } = run;
  const { ports: ranges, prometheus, every, recycleAfter, counters, events } = options;
  const live: Live = {};
  await serveMetrics(run, prometheus, watchMetrics(live));
  const onSample = (sample: PortSample, judge: () => WatchReport): void => {
    Object.assign(live, { sample, judge });
    if (options.nagios === true) return;
    output.item({ schema: 'clusrpc/watch-sample/1', event: 'sample', ...sample }, () =>
      sampleText(sample, timeText(sample.ms)),
    );
  };
  const report = await watch(pid, {
    every,
    for: options.for,
    signal,
    ranges,
    recycleAfter,
    counters,
    events,
    onSample,
  });
  run.html((origin) => watchHtml(report, timeText, origin));
  if (options.nagios === true) {
    const { state, line } = watchNagios(report, options);
    output.text(line);
    return NAGIOS_STATES.indexOf(state) as ExitCode;
  }
  if (output.mode === 'ndjson') output.event({ ...report, samples: [] });
  else output.document(report, () => watchText(report, timeText, style));
  return EXITS[report.verdict];
}

/** The last sample, and what all of them show. */
interface Live {
  readonly sample?: PortSample;
  readonly judge?: () => WatchReport;
}

function watchMetrics(live: Live): readonly Metric[] {
  const name = 'clusrpc_watch';
  return [
    {
      name: `${name}_ports`,
      help: 'Ports that the process holds.',
      label: 'protocol',
      read: () => ({ udp: live.sample?.udp.length ?? 0, tcp: live.sample?.tcp.length ?? 0 }),
    },
    {
      name: `${name}_lost_ports`,
      help: 'Ports of RPC that never came back.',
      read: () => live.judge?.().series?.lost ?? 0,
    },
    {
      name: `${name}_leaking`,
      help: '1: it leaks, 0: it does not, -1: cannot tell.',
      read: () => LEAKING[live.judge?.().verdict ?? 'cannot-tell'],
    },
    {
      name: `${name}_exhaustion_timestamp_seconds`,
      help: 'When its ports run out if it goes on like that; 0: not known.',
      read: () => Math.round((live.judge?.().exhaustedAtMs ?? 0) / 1_000),
    },
  ];
}

const LEAKING: Readonly<Record<LeakJudgement['verdict'], number>> = { leaking: 1, 'not-leaking': 0, 'cannot-tell': -1 };

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
