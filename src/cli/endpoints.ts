import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { DIALECT_NAMES, type Dialect } from '../machine/cl/dialects.ts';
import { formatPortRanges, type PortRange } from '../ports/ranges.ts';
import { type EndpointsOptions, endpoints, LOOKUP_SEMANTICS } from '../probe/endpoints.ts';
import { endpointsText } from '../report/endpoints-text.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { CommandRun } from './run.ts';
import { ipAddress, oneOf, portNumber, portRanges, positiveDuration } from './values.ts';

interface Options {
  readonly epmPort?: number | undefined;
  readonly localPorts?: readonly PortRange[] | undefined;
  readonly dialect?: Dialect | undefined;
  readonly transport?: EndpointsOptions['transport'];
  readonly source?: string | undefined;
  readonly 4?: true | undefined;
  readonly 6?: true | undefined;
  readonly semantics?: EndpointsOptions['semantics'];
  readonly timeout?: number | undefined;
  readonly stageTimeout?: number | undefined;
}

export function endpointsCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('endpoints')
    .description('Lists what the endpoint mapper of a host offers: interfaces, versions, addresses, annotations.')
    .argument('<host>', 'by name or address')
    .option('--epm-port <port>', 'port of the endpoint mapper (default: 135)', portNumber())
    .option('--local-ports <ranges>', 'ports that the firewall allows here, such as 5000-5099', portRanges)
    .option(
      '--dialect <name>',
      'how our end behaves: liberal, windows or c706 (default: liberal)',
      oneOf(DIALECT_NAMES),
    )
    .option(
      '--transport <name>',
      'how to ask: udp, tcp, or auto: udp first, tcp where it stays silent (default: auto)',
      oneOf(['auto', 'udp', 'tcp']),
    )
    .option('--source <address>', 'local address to send from', ipAddress)
    .addOption(new Option('-4', 'IPv4 only').conflicts('6'))
    .addOption(new Option('-6', 'IPv6 only'))
    .option(
      '--semantics <kind>',
      'how to ask: at-most-once as Windows does, idempotent where callbacks cannot arrive, auto: the first, then the second',
      oneOf(LOOKUP_SEMANTICS),
    )
    .option('--timeout <duration>', 'for all of it (default: 15s)', positiveDuration)
    .option('--stage-timeout <duration>', 'for each answer (default: 4s)', positiveDuration)
    .action((host, options, self) => context.run(self, (run) => listEndpoints(run, host, options)));
  return withCommonOptions(command, { pcap: true });
}

async function listEndpoints(run: CommandRun, host: string, options: Options): Promise<ExitCode> {
  const { source, semantics, timeout, stageTimeout, localPorts } = options;
  const document = await endpoints(host, {
    endpointMapperPort: options.epmPort,
    localPorts: localPorts === undefined ? undefined : formatPortRanges(localPorts),
    dialect: options.dialect,
    transport: options.transport,
    source,
    family: options[4] === true ? 4 : options[6] === true ? 6 : undefined,
    semantics,
    timeout,
    stageTimeout,
    signal: run.signal,
  });
  run.output.document(document, () => endpointsText(document, run.style));
  return EXIT.fine;
}
