import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { windowsName } from '../diagnosis/data/windows-names.ts';
import { diagnoseInstallation } from '../diagnosis/installation.ts';
import { type EvidenceSource, gatherEvidence, sourceName } from '../evidence/gather.ts';
import { PORT_CONFIGURATION } from '../evidence/registry-facts.ts';
import { withMeasuredPorts, writePortsReg } from '../ports/configuration.ts';
import { FIRST_ADVISED_PORT } from '../ports/forecast.ts';
import { CLIENT_PROFILES, type ClientProfileName, type PortReuse } from '../ports/profiles.ts';
import { formatPortRanges, type PortRange } from '../ports/ranges.ts';
import { type PortsOptions, type PortsReport, ports } from '../ports/report.ts';
import { portsText } from '../report/ports-text.ts';
import { isClusError } from '../status/errors.ts';
import { livePortLimits } from '../windows/port-table.ts';
import { withSourceOptions } from './audit.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { evidenceSources, type SourceOptions, withPassword } from './evidence-sources.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { isStdin, readInput, writeOutput } from './files.ts';
import { keysOf } from './keys-of.ts';
import type { CommandRun } from './run.ts';
import { duration, oneOf, portRanges, positiveDuration, probability, rate } from './values.ts';

const MAX_REG_BYTES = 64 * 1024 * 1024;

interface Options extends SourceOptions {
  readonly ports?: readonly PortRange[] | undefined;
  readonly every?: number | undefined;
  readonly rate?: number | undefined;
  readonly forRate?: number | undefined;
  readonly hold?: number | undefined;
  readonly uptime?: number | undefined;
  readonly failureRate?: number | undefined;
  readonly hangsAfter?: number | undefined;
  readonly clientProfile?: ClientProfileName | undefined;
  readonly reuse?: PortReuse | undefined;
  readonly recycleAfter?: number | undefined;
  readonly writeReg?: string | undefined;
  readonly force?: true | undefined;
}

export function portsCommand(context: CliContext): CommandUnknownOpts {
  const profiles = keysOf(CLIENT_PROFILES);
  const command = withSourceOptions(new Command('ports'))
    .description(
      'Says whether an RPC port configuration is valid, how many opens it carries, what a load does to it, and what range that load needs.',
    )
    .argument('[source]', 'a system drive, a system root, what the collector gathered, a hive or a registry export')
    .addOption(
      new Option('--ports <ranges>', 'such as 5000-5019,5050').argParser(portRanges).conflicts(['reg', 'live']),
    )
    .option('--every <duration>', 'time between two opens of one process, such as 20s', positiveDuration)
    .addOption(new Option('--rate <rate>', 'the same as a rate, such as 0.05/s').argParser(rate).conflicts('every'))
    .addOption(
      new Option('--for-rate <rate>', 'without a source: the range to configure for that rate')
        .argParser(rate)
        .conflicts(['every', 'rate']),
    )
    .option('--hold <duration>', 'time from open to close (default: 0s)', duration)
    .option('--uptime <duration>', 'how long the program shall run, such as 30d', positiveDuration)
    .option('--failure-rate <p>', 'probability that an open fails, 0 to 1 (default: 0)', probability)
    .option(
      '--hangs-after <duration>',
      'when the program was seen to hang: estimates the failure rate',
      positiveDuration,
    )
    .option('--client-profile <name>', `one of ${profiles.join(', ')} (default: windows-2000-sp3)`, oneOf(profiles))
    .option('--reuse <reading>', 'by-process or never (default: as the profile)', oneOf(['by-process', 'never']))
    .option('--recycle-after <duration>', 'from close until a port can be taken again (default: 240s)', duration)
    .option('--write-reg <file>', 'write a registry export with the ports that are needed')
    .option('--force', 'let --write-reg write over a file')
    .action((source, options, self) => context.run(self, (run) => showPorts(run, source, options)));
  return withCommonOptions(command);
}

async function showPorts(run: CommandRun, source: string | undefined, asked: Options): Promise<ExitCode> {
  const options = await withPassword(run, asked);
  const load = {
    everyMs: loadOf(options),
    holdMs: options.hold,
    uptimeMs: options.uptime,
    failureRate: options.failureRate,
    hangsAfterMs: options.hangsAfter,
    clientProfile: options.clientProfile,
    reuse: options.reuse,
    recycleAfterMs: options.recycleAfter,
  };
  const isAsked = options.forRate !== undefined && options.ports === undefined;
  const given =
    isAsked && evidenceSources(run, source, options).length === 0 ? null : await sourceOf(run, source, options);
  if (given !== null && 'unreadable' in given) {
    run.note(given.unreadable);
    return EXIT.unknown;
  }
  const report = given === null ? rangeFor(load) : ports({ ...given, ...load });
  if (options.writeReg !== undefined) writeReg(run, report, options.writeReg, options.force === true);
  run.output.document(report, () => portsText(report, run.style));
  return isFine(report) ? EXIT.fine : EXIT.notFine;
}

/** The ports that a load needs, and what it does to them. */
function rangeFor(load: Omit<PortsOptions, 'ports'>): PortsReport {
  const { needed } = ports({ ...load, ports: String(FIRST_ADVISED_PORT) });
  if (needed === null) throw usageError('no range lasts for ever when opens fail and leak', 'Give an --uptime.');
  if (needed.range === null) throw usageError(`the load needs ${needed.size} ports, and there are not so many`);
  return ports({ ...load, ports: formatPortRanges([needed.range]), source: 'the range that this load needs' });
}

async function sourceOf(run: CommandRun, path: string | undefined, { ports: ranges, ...options }: Options) {
  const { reg, live, ...others } = options;
  const sources = evidenceSources(run, path, others);
  if (live === true) {
    if (reg !== undefined || sources.length > 0) throw usageError('--live and another source exclude each other');
    return livePorts(evidenceSources(run, undefined, { live }));
  }
  if (ranges !== undefined && sources.length === 0) return { ports: formatPortRanges(ranges) };
  if (reg !== undefined && sources.length === 0) {
    const source = isStdin(reg) ? 'standard input' : reg;
    return { reg: await readInput(run.world, reg, 'the registry export', MAX_REG_BYTES), source };
  }
  if (ranges !== undefined) throw usageError('--ports and another source exclude each other');
  if (sources.length > 0) return installedPorts(evidenceSources(run, path, options));
  throw usageError(
    'which ports?',
    'Give --ports 5000-5019, a directory, a hive, --live, or --reg with a registry export.',
  );
}

/** The configuration of an installation, wherever its registry lies. */
async function installedPorts(sources: readonly EvidenceSource[]) {
  const evidence = await gatherEvidence(sources);
  const { ports: configuration, system } = diagnoseInstallation(evidence);
  const source = sources.map(sourceName).join(', ');
  const otherWindows = system.kind === 'other' ? windowsName(system.version ?? '', system.build) : undefined;
  if (configuration !== null) return { configuration, source, otherWindows, warnings: evidence.warnings };
  const lost = evidence.gaps.find(({ what }) => what.endsWith(PORT_CONFIGURATION));
  if (lost !== undefined) return { unreadable: `the port configuration is not known: ${lost.reason} (${lost.source})` };
  const gaps = evidence.gaps.map((gap) => `${gap.what}: ${gap.reason}`).join('; ');
  throw usageError(`${source} does not show the port configuration`, gaps === '' ? undefined : gaps);
}

/** This Windows, with the ports that its TCP/IP stack hands out. */
async function livePorts(sources: readonly EvidenceSource[]) {
  const installed = await installedPorts(sources);
  if ('unreadable' in installed) return installed;
  try {
    const measured = await livePortLimits();
    return { ...installed, configuration: withMeasuredPorts(installed.configuration, measured) };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return { ...installed, warnings: [`${error.message}: the range that such a Windows usually has is assumed`] };
  }
}

function loadOf({ every, rate: rateEvery, forRate, ...options }: Options): number | undefined {
  const everyMs = every ?? rateEvery ?? forRate;
  if (everyMs !== undefined) return everyMs;
  const needsLoad = {
    '--uptime': options.uptime,
    '--failure-rate': options.failureRate,
    '--hangs-after': options.hangsAfter,
  };
  for (const [flag, value] of Object.entries(needsLoad)) {
    if (value !== undefined)
      throw usageError(`${flag} says nothing without a load`, 'Give --every 20s or --rate 0.05/s.');
  }
  return undefined;
}

/** With an uptime: enough ports for it, with the probability that the report names. Else: no refusal, ever. */
function isFine({ valid, pool, forecast, needed, settings }: PortsReport): boolean {
  if (!valid) return false;
  if (forecast === null) return pool.size > 0;
  return settings.uptimeMs === null ? forecast.firstRefusal === null : needed !== null && needed.size <= pool.size;
}

function writeReg(run: CommandRun, report: PortsReport, file: string, force: boolean): void {
  const ranges = rangesToWrite(report);
  writeOutput(file, writePortsReg(ranges), {
    what: 'the registry export',
    over: () => force,
    refusal: ['is there already', 'Give --force to write over it.'],
  });
  run.note(`wrote ${formatPortRanges(ranges)} to ${file}: import it there with regedit, then restart that machine`);
}

/** What the load needs where the pool is too small; else the pool as it is. */
function rangesToWrite({ valid, pool, needed, source }: PortsReport): readonly PortRange[] {
  if (needed !== null && needed.size > pool.size) {
    if (needed.range !== null) return [needed.range];
    throw usageError(`--write-reg: the load needs ${needed.size} ports, and there are not so many`);
  }
  if (valid && pool.kind === 'configured' && pool.size > 0) return pool.ranges;
  throw usageError(
    `--write-reg: ${source} names no ports to write`,
    'Give --ports, or a load with --every and --uptime.',
  );
}
