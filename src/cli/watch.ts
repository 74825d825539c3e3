import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { judgementText, sampleText } from '../report/watch-text.ts';
import { judgeLeak, type LeakJudgement } from '../watch/judge.ts';
import type { PortSample } from '../watch/sample.ts';
import { watchPorts } from '../watch/watch.ts';
import { laterOptions, withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import type { CommandRun } from './run.ts';
import { count, portRanges, positiveDuration } from './values.ts';
import { type NetstatOptions, watchNetstat } from './watch-netstat.ts';

interface Options extends NetstatOptions {
  readonly netstat?: readonly string[] | true | undefined;
  readonly every: number;
  readonly for?: number | undefined;
}

const LARGEST_PID = 0xffff_ffff;
/** A week at one sample each 10 s. Beyond it the oldest samples go, so that memory stays bounded. */
const MOST_SAMPLES = 60_480;
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
    .option(
      '--recycle-after <duration>',
      'with --netstat: how long a closed port stays bound (default: 240s)',
      positiveDuration,
    )
    .addOption(
      new Option('--nagios', 'with --netstat: one line and the exit codes of a Nagios plugin').conflicts('json'),
    )
    .action((pid, options, self) => context.run(self, (run) => watchEither(run, pid, options)));
  laterOptions(command, ['--warn <duration>', '--crit <duration>']);
  return withCommonOptions(command, { ndjson: true });
}

/** A running program, or what was sampled elsewhere. */
function watchEither(run: CommandRun, pid: number | undefined, options: Options): ExitCode | Promise<ExitCode> {
  const { netstat } = options;
  if (netstat !== undefined) {
    if (pid !== undefined) throw usageError('--netstat reads samples: it takes no process id');
    if (netstat === true || netstat.length === 0)
      throw usageError('which series?', 'Give --netstat a file or a folder.');
    return watchNetstat(run, netstat, options);
  }
  if (options.nagios === true || options.recycleAfter !== undefined) {
    throw usageError('--nagios and --recycle-after need --netstat');
  }
  if (pid === undefined)
    throw usageError('which program?', 'Give its process id, or --netstat with a series of samples.');
  return watch(run, pid, options);
}

async function watch(run: CommandRun, pid: number, options: Options): Promise<ExitCode> {
  const { output, style } = run;
  const samples = await collect(run, pid, options);
  const judgement = judgeLeak(samples, { ranges: options.ports });
  const document = { schema: 'clusrpc/watch/1', pid, ranges: options.ports ?? null, samples, ...judgement };
  const { exhaustedAtMs } = judgement;
  const exhaustion = exhaustedAtMs === null ? null : `about ${timeText(exhaustedAtMs)}, if it goes on like that`;
  if (output.mode === 'ndjson') output.event({ ...document, samples: [] });
  else output.document(document, () => judgementText(judgement, exhaustion, style));
  return EXITS[judgement.verdict];
}

async function collect({ output, signal }: CommandRun, pid: number, options: Options): Promise<readonly PortSample[]> {
  const ends = options.for === undefined ? [] : [AbortSignal.timeout(options.for)];
  const samples: PortSample[] = [];
  for await (const sample of watchPorts(pid, { every: options.every, signal: AbortSignal.any([signal, ...ends]) })) {
    output.item({ event: 'sample', ...sample }, () => sampleText(sample, timeText(sample.ms)));
    samples.push(sample);
    if (samples.length > MOST_SAMPLES) samples.shift();
  }
  return samples;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
