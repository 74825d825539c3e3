import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { reasonOf } from '../client/stages.ts';
import { DATAGRAM_HOST_PROFILES } from '../emulator/host-profiles.ts';
import { CLIENT_PROFILES, FAILURE_KINDS } from '../ports/profiles.ts';
import { soakHtml, soakSvg } from '../report/soak-html.ts';
import { soakText } from '../report/soak-text.ts';
import { loadText } from '../report/soak-words.ts';
import { countText } from '../report/text/figures.ts';
import {
  planSoak,
  SOAK_FAILURES,
  type SoakOptions,
  type SoakProgramEvent,
  type SoakReport,
  soak,
} from '../soak/index.ts';
import { isLoopback } from '../soak/loopback.ts';
import { ARRIVALS, HOLDS } from '../soak/shapes.ts';
import { STRATEGIES } from '../soak/strategies.ts';
import { isClusError } from '../status/errors.ts';
import { laterOptions, withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { checkOutput, type OutputFileOptions, writeOutput } from './files.ts';
import { keysOf } from './keys-of.ts';
import { serveMetrics, withPrometheus } from './metrics.ts';
import type { CommandRun } from './run.ts';
import { SoakLive } from './soak-live.ts';
import { SoakMetrics } from './soak-metrics.ts';
import { checkTarget, failureKinds, optionsOf, type SoakCliOptions } from './soak-options.ts';
import { readWorkload } from './soak-workload.ts';
import {
  count,
  duration,
  ipAddress,
  oneOf,
  portNumber,
  portRanges,
  positiveDuration,
  probability,
  rate,
} from './values.ts';

/** What `--svg` writes. */
const PICTURE: OutputFileOptions = {
  what: 'the picture',
  over: (head) => /^<\?xml|^<svg/.test(Buffer.from(head).toString('latin1')),
  refusal: ['is no picture, so it is not written over', 'Give --svg another name.'],
};

export function soakCommand(context: CliContext): CommandUnknownOpts {
  const profiles = keysOf(CLIENT_PROFILES);
  const hosts = DATAGRAM_HOST_PROFILES;
  const kinds = keysOf(SOAK_FAILURES);
  const command = new Command('soak')
    .description(
      'Opens and closes a cluster many times and counts what becomes of the ports: on an emulated Windows client machine (target: emulated), or against a host.',
    )
    .argument('<target>', 'emulated, or a host by name or address')
    .option(
      '--client-profile <name>',
      `the emulated client: ${profiles.join(', ')} (default: windows-2000-sp3)`,
      oneOf(profiles),
    )
    .option('--host-profile <name>', `the emulated host: ${hosts.join(', ')} (default: windows-2000-sp3)`, oneOf(hosts))
    .addOption(
      new Option('--ports <ranges>', 'what the client may use (default: 5000-5099)')
        .argParser(portRanges)
        .conflicts('reg'),
    )
    .option('--reg <file>', 'the same out of a registry export of HKLM\\Software\\Microsoft\\Rpc')
    .option('--cycles <n>', 'how many opens (default: 500; in real time 100; against a host 20)', count(1))
    .option('--duration <duration>', 'begin no open later than this', positiveDuration)
    .option('--every <duration>', 'time between two opens (default: half of what the ports sustain)', positiveDuration)
    .addOption(new Option('--rate <rate>', 'the same as a rate, such as 0.05/s').argParser(rate).conflicts('every'))
    .option('--hold <duration>', 'time from open to close (default: 0s)', duration)
    .option(
      '--arrivals <how>',
      `how opens follow each other: ${ARRIVALS.join(', ')} (default: constant)`,
      oneOf(ARRIVALS),
    )
    .option('--burst <n>', 'with --arrivals bursty: opens at once (default: 10)', count(1))
    .option('--holds <how>', `how hold times scatter: ${HOLDS.join(', ')} (default: constant)`, oneOf(HOLDS))
    .option(
      '--think <duration>',
      'from a close to the next open of a user, of whom --concurrency says the number',
      duration,
    )
    .option(
      '--workload <file>',
      'all of this out of a JSON file, or the opens of a document of explain --json; options win',
    )
    .option('--replay-host <address>', 'with a document of explain: whose opens (default: the host with the most)')
    .option('--concurrency <n>', 'cycles under way at once (default: any number; against a host 1)', count(1))
    .option('--programs <n>', 'in real time: so many programs on one machine, each a process', count(1, 64))
    .option('--failure-rate <p>', 'probability that an open fails, 0 to 1 (default: 0)', probability)
    .option(
      '--failure-kind <kind>',
      `${kinds.join(', ')} (default: no-memory, which is no-memory-socket and takes no time)`,
      oneOf(kinds),
    )
    .option('--leak-on <kinds>', `failures that leak, of ${FAILURE_KINDS.join(', ')}`, failureKinds)
    .option('--seed <n>', 'the same seed makes the same opens fail (default: 1)', count(0))
    .option('--recycle-after <duration>', 'from close until a port can be taken again (default: 240s)', duration)
    .option('--reuse <reading>', 'by-process or never (default: as the profile)', oneOf(['by-process', 'never']))
    .option('--time <time>', 'virtual, or real with sockets (default: virtual)', oneOf(['virtual', 'real']))
    .option('--on-exhaustion <what>', 'an open without a port: fail or hang (default: fail)', oneOf(['fail', 'hang']))
    .option('--strategy <name>', `how the program opens: ${STRATEGIES.join(', ')} (default: naive)`, oneOf(STRATEGIES))
    .option('--compare', 'beside it the same load unfixed, fixed and with each cure, on virtual time')
    .option('--svg <file>', 'write the plot of the ports as a picture')
    .option('--against-real-host', 'yes, open and close the cluster of that host, which is not this machine')
    .option('--epm-port <port>', 'against a host: UDP port of the endpoint mapper (default: 135)', portNumber())
    .option('--endpoint <port>', 'against a host: UDP port of the Cluster service', portNumber())
    .option('--source <address>', 'against a host: local address to send from', ipAddress)
    .option('--timeout <duration>', 'against a host: for a whole open (default: 15s)', positiveDuration)
    .option('--stage-timeout <duration>', 'against a host: for each call (default: 4s)', positiveDuration)
    .action((target, options, self) => context.run(self, (run) => soakTarget(run, target, options)));
  laterOptions(command, ['--hive <file>']);
  return withCommonOptions(withPrometheus(command), { ndjson: true, pcap: true, html: true });
}

async function soakTarget(run: CommandRun, target: string, options: SoakCliOptions): Promise<ExitCode> {
  checkTarget(target, options);
  if (options.svg !== undefined) checkOutput(options.svg, PICTURE);
  const soakOptions = { ...(await workloadOf(run, options)), ...defined(await optionsOf(run.world, options)) };
  const plan = planSoak(target, soakOptions);
  const { settings, pool } = plan;
  const { output, progress } = run;
  if (output.mode === 'text' || target !== 'emulated') run.note(announcement({ target, options, settings, pool }));
  progress.start('soak', settings.cycles);
  const silent = { failures: 0, all: true };
  const metrics = new SoakMetrics(plan);
  await serveMetrics(run, options.prometheus, metrics.metrics);
  const live = new SoakLive(plan, run.world.stderr.columns);
  const report = await soak(target, {
    ...soakOptions,
    signal: run.signal,
    onStep: (step) => {
      output.item({ schema: 'clusrpc/soak-step/1', ...step });
      metrics.add(step);
      live.add(step);
      progress.update(step.cycle, step.leaked === 0 ? '' : `${step.leaked} leaked`, () => live.lines());
    },
    onProgram: (event) => run.note(programText(event)),
    onFailure: (cycle, error) => {
      silent.failures += 1;
      silent.all &&= reasonOf(error) === 'silent';
      if (target !== 'emulated') run.note(`open ${cycle} failed: ${sentence(error)}`);
    },
  });
  progress.stop();
  run.html((origin) => soakHtml(report, origin));
  if (options.svg !== undefined) writeOutput(options.svg, soakSvg(report), PICTURE);
  output.document(report, () => soakText(report, run.style, run.columns));
  const nothingHeard = report.opened === 0 && report.refused === 0 && silent.failures > 0 && silent.all;
  return nothingHeard && target !== 'emulated' ? EXIT.unknown : exitOf(report);
}

function workloadOf(run: CommandRun, { workload, replayHost }: SoakCliOptions): Promise<SoakOptions> | SoakOptions {
  if (workload !== undefined) return readWorkload(run, workload, replayHost);
  if (replayHost !== undefined) throw usageError('--replay-host needs --workload with a document of explain --json');
  return {};
}

/** Without what was not given, so that it does not hide what the file says. */
function defined(options: SoakOptions): SoakOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function programText({ id, pid, end, gaveBack }: SoakProgramEvent): string {
  return end === null
    ? `${id} is process ${pid}`
    : `${id}, process ${pid}, ended with ${end} and gave back ${countText(gaveBack, 'port')}`;
}

/** On the emulated machine failures are part of the load; only what it costs counts. */
function exitOf({ settings, cycles, failed, refused, exhausted, ports, programs }: SoakReport): ExitCode {
  if (refused > 0 || exhausted !== null || ports.leaked > 0) return EXIT.notFine;
  if (programs?.some(({ end }) => end !== 'exit code 0') === true) return EXIT.notFine;
  if (settings.clientProfile === null && failed > 0) return EXIT.notFine;
  return cycles === 0 ? EXIT.unknown : EXIT.fine;
}

interface Announced {
  readonly target: string;
  readonly options: SoakCliOptions;
  readonly settings: SoakReport['settings'];
  readonly pool: { readonly size: number };
}

/** What will be done, and where the pace comes from. */
function announcement({ target, options, settings, pool }: Announced): string {
  const { cycles, durationMs, reuse } = settings;
  const many = cycles === null ? `for ${String(durationMs)} ms` : `${cycles} times`;
  const told = options.every ?? options.rate;
  if (target !== 'emulated') {
    const whose = isLoopback(target) ? 'this machine' : 'a host that is not this machine';
    return `soak opens and closes the cluster at ${target}, ${whose}, ${many}: ${loadText(settings)}.`;
  }
  const pace =
    told !== undefined || options.workload !== undefined
      ? ''
      : reuse === 'never'
        ? ' (the default pace)'
        : ` (half of what ${pool.size} ports sustain)`;
  return `soak opens and closes an emulated cluster ${many}: ${loadText(settings)}${pace}.`;
}

function sentence(error: unknown): string {
  if (!isClusError(error)) return String(error);
  return error.stage === undefined ? error.message : `${error.message} (${error.stage})`;
}
