import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { DIALECT_NAMES, type Dialect } from '../machine/cl/dialects.ts';
import { formatPortRanges, type PortRange } from '../ports/ranges.ts';
import { outcomeOf } from '../probe/outcome.ts';
import { probeUntilAborted } from '../probe/probe.ts';
import type { ProbeDocument, ProbeOptions, ProbeResult } from '../probe/types.ts';
import { NAGIOS_STATES } from '../report/nagios.ts';
import { probeHtml } from '../report/probe-html.ts';
import { probeListText } from '../report/probe-list-text.ts';
import { probeNagios } from '../report/probe-nagios.ts';
import { probeText } from '../report/probe-text.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError, worstExit } from './exit.ts';
import { type LogonFlags, logonOf, withLogonOptions } from './logon-options.ts';
import type { CommandRun } from './run.ts';
import { count, ipAddress, oneOf, portNumber, portRanges, positiveDuration } from './values.ts';

interface Options extends LogonFlags {
  readonly transport?: ProbeOptions['transport'];
  readonly epmPort?: number | undefined;
  readonly endpoint?: number | undefined;
  readonly localPorts?: readonly PortRange[] | undefined;
  readonly dialect?: Dialect | undefined;
  readonly source?: string | undefined;
  readonly eachPort?: true | undefined;
  readonly 4?: true | undefined;
  readonly 6?: true | undefined;
  readonly local?: true | undefined;
  readonly targets?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly cycles?: number | undefined;
  readonly timeout?: number | undefined;
  readonly stageTimeout?: number | undefined;
  readonly details?: true | undefined;
  readonly nagios?: true | undefined;
  readonly warn?: number | undefined;
  readonly crit?: number | undefined;
}

const MOST_AT_ONCE = 256;

export function probeCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('probe')
    .description(
      'Opens and closes each cluster, stage by stage, and says which layer stops it: name, endpoint mapper, endpoint, callbacks, credentials, cluster.',
    )
    .argument('[host...]', 'cluster or node, by name or address')
    .option(
      '--transport <name>',
      'auto, udp (NT 4.0 to Server 2003), tcp (Server 2008 and later), or native and ffi: through the clusapi.dll of this Windows',
      oneOf(['auto', 'udp', 'tcp', 'native', 'ffi']),
    )
    .option('--epm-port <port>', 'port of the endpoint mapper (default: 135)', portNumber())
    .option('--endpoint <port>', 'port of the Cluster service: skips the mapper', portNumber())
    .option('--local-ports <ranges>', 'ports that the firewall allows here, such as 5000-5099', portRanges)
    .option(
      '--dialect <name>',
      'how our end behaves: liberal, windows or c706 (default: liberal)',
      oneOf(DIALECT_NAMES),
    )
    .option('--source <address>', 'local address to send from', ipAddress)
    .option('--each-port', 'try every local port and list those that are not open')
    .addOption(new Option('-4', 'IPv4 only').conflicts('6'))
    .addOption(new Option('-6', 'IPv6 only'))
    .option('--local', 'the cluster that this Windows machine is a node of, through clusapi.dll')
    .option('--targets <file>', 'more hosts, one a line, # begins a comment')
    .option('--concurrency <n>', 'hosts at the same time (default: 8)', count(1, MOST_AT_ONCE))
    .option('--cycles <n>', 'how often each host is probed (default: 1)', count(1))
    .option('--timeout <duration>', 'for the whole of a host (default: 15s)', positiveDuration)
    .option('--stage-timeout <duration>', 'for each stage (default: 4s)', positiveDuration)
    .option('--details', 'of several probes too, every stage of each')
    .addOption(new Option('--nagios', 'one line and the exit codes of a Nagios plugin').conflicts(['json', 'ndjson']))
    .option('--warn <duration>', 'with --nagios: an open is slow from here on', positiveDuration)
    .option('--crit <duration>', 'with --nagios: an open is too slow from here on', positiveDuration)
    .action((hosts, options, self) => context.run(self, (run) => probeHosts(run, hosts, options)));
  withLogonOptions(command);
  return withCommonOptions(command, { ndjson: true, pcap: true, html: true });
}

async function probeHosts(run: CommandRun, hosts: readonly string[], options: Options): Promise<ExitCode> {
  const { nagios, warn, crit, targets } = options;
  if (hosts.length === 0 && targets === undefined && options.local === undefined) {
    throw usageError('which cluster?', 'Give a host name or an address, or --targets with a file of them.');
  }
  if (nagios === undefined && (warn ?? crit) !== undefined) throw usageError('--warn and --crit need --nagios');
  if (warn !== undefined && crit !== undefined && warn > crit) {
    throw usageError('--warn is above --crit, so it would never be reached', 'Give --warn the shorter time.');
  }
  const logon = await logonOf(run.world, options);
  const { output, progress } = run;
  let done = 0;
  const document = await probeUntilAborted(hosts, {
    ...probeOptions(options),
    logon,
    signal: run.signal,
    onBegin: (probes) => progress.start('probing', probes),
    onStage: ({ id }, { target }) => progress.update(done, `${target} ${id}`),
    onResult: (result) => {
      done += 1;
      output.item({ schema: 'clusrpc/probe/1', results: [result] });
    },
  });
  progress.stop();
  run.html((origin) => probeHtml(document.results, origin));
  if (nagios === true) {
    const { state, line } = probeNagios(document.results, { warn, crit });
    output.text(line);
    return NAGIOS_STATES.indexOf(state) as ExitCode;
  }
  if (output.mode !== 'ndjson') output.document(document, () => documentText(document, run, options));
  return exitOf(document.results);
}

function probeOptions(options: Options): ProbeOptions {
  const { transport, endpoint, localPorts, source, eachPort, concurrency, cycles, timeout, stageTimeout } = options;
  return {
    transport,
    local: options.local,
    endpointMapperPort: options.epmPort,
    endpoint,
    localPorts: localPorts === undefined ? undefined : formatPortRanges(localPorts),
    dialect: options.dialect,
    source,
    eachPort,
    family: options[4] === true ? 4 : options[6] === true ? 6 : undefined,
    targetsFile: options.targets,
    concurrency,
    cycles,
    timeout,
    stageTimeout,
  };
}

/** A line each where there are several, since the stages of many hosts are no answer to a question about many. */
function documentText({ results }: ProbeDocument, { style }: CommandRun, { details }: Options): string {
  if (results.length > 1 && details === undefined) return probeListText(results, style);
  return results.map((result) => probeText(result, style)).join('\n');
}

function exitOf(results: readonly ProbeResult[]): ExitCode {
  const codes = { fine: EXIT.fine, 'not-fine': EXIT.notFine, unknown: EXIT.unknown } as const;
  return results.length === 0 ? EXIT.unknown : worstExit(results.map((result) => codes[outcomeOf(result)]));
}
