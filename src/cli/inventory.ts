import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { inventory } from '../inventory.ts';
import { DIALECT_NAMES, type Dialect } from '../machine/cl/dialects.ts';
import { formatPortRanges, type PortRange } from '../ports/ranges.ts';
import { inventoryText } from '../report/inventory-text.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { type LogonFlags, logonOf, withLogonOptions } from './logon-options.ts';
import type { CommandRun } from './run.ts';
import { ipAddress, oneOf, portNumber, portRanges, positiveDuration } from './values.ts';

interface Options extends LogonFlags {
  readonly transport?: 'auto' | 'udp' | 'tcp' | undefined;
  readonly epmPort?: number | undefined;
  readonly endpoint?: number | undefined;
  readonly localPorts?: readonly PortRange[] | undefined;
  readonly dialect?: Dialect | undefined;
  readonly source?: string | undefined;
  readonly timeout?: number | undefined;
  readonly stageTimeout?: number | undefined;
}

export function inventoryCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('inventory')
    .description(
      'Lists what a cluster tells of itself: nodes, groups, resources, networks and interfaces with their states.',
    )
    .argument('<host>', 'cluster or node, by name or address')
    .option(
      '--transport <name>',
      'auto, udp (NT 4.0 to Server 2003) or tcp (Server 2008 and later) (default: auto)',
      oneOf(['auto', 'udp', 'tcp']),
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
    .option('--timeout <duration>', 'for opening the cluster (default: 15s)', positiveDuration)
    .option('--stage-timeout <duration>', 'for each answer (default: 4s)', positiveDuration)
    .action((host, options, self) => context.run(self, (run) => listCluster(run, host, options)));
  withLogonOptions(command);
  return withCommonOptions(command, { pcap: true });
}

/** Not fine: a node is down, something has failed, or was not told. */
async function listCluster(run: CommandRun, host: string, options: Options): Promise<ExitCode> {
  const { transport, epmPort, endpoint, localPorts, source, timeout, stageTimeout } = options;
  const logon = await logonOf(run.world, options);
  run.progress.start(`reading ${host}`, null);
  const document = await inventory(host, {
    transport,
    endpointMapperPort: epmPort,
    endpoint,
    localPorts: localPorts === undefined ? undefined : formatPortRanges(localPorts),
    dialect: options.dialect,
    localAddress: source,
    timeout,
    stageTimeout,
    signal: run.signal,
    ...logon,
  }).finally(() => run.progress.stop());
  run.output.document(document, () => inventoryText(document, run.style));
  const { nodes, groups, resources, unread } = document;
  const well =
    nodes.every(({ state }) => state === 'up') &&
    [...groups, ...resources].every(({ state }) => state !== 'failed' && state !== 'partial-online');
  return !well ? EXIT.notFine : unread.length > 0 ? EXIT.unknown : EXIT.fine;
}
