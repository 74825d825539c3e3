import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { AccessOptions } from '../emulator/access.ts';
import { type FaultRates, parseFaultRates } from '../emulator/fault-rates.ts';
import { EmulatedHost } from '../emulator/host.ts';
import { DEFAULT_HOST_PROFILE, HOST_PROFILES, type HostProfileName } from '../emulator/host-profiles.ts';
import { parseScenario, playScenario } from '../emulator/scenario.ts';
import { parseUserFile } from '../emulator/user-file.ts';
import type { PortRange } from '../ports/ranges.ts';
import { onAbort } from '../status/on-abort.ts';
import { systemClock } from '../transport/clock.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext, CliWorld } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { readInput } from './files.ts';
import { serveMetrics, withPrometheus } from './metrics.ts';
import type { CommandRun } from './run.ts';
import { asValue, count, ipAddress, oneOf, portNumber, portRanges } from './values.ts';

interface Options {
  readonly hostProfile?: HostProfileName | undefined;
  readonly listen?: string | undefined;
  readonly expose?: true | undefined;
  readonly epmPort?: number | undefined;
  readonly tcp?: boolean | undefined;
  readonly ports?: readonly PortRange[] | undefined;
  readonly users?: string | undefined;
  readonly requireAuth?: true | undefined;
  readonly minAuth?: AccessOptions['minAuth'];
  readonly mayOpen?: readonly string[] | undefined;
  readonly lockOut?: number | undefined;
  readonly ntlmDialect?: string | undefined;
  readonly fault?: Partial<FaultRates> | undefined;
  readonly replyFrom?: string | undefined;
  readonly otherVersions?: 'reject' | 'drop' | undefined;
  readonly nodes?: readonly string[] | undefined;
  readonly clusterName?: string | undefined;
  readonly scenario?: string | undefined;
  readonly seed?: number | undefined;
  readonly prometheus?: number | undefined;
}

const LARGEST_FILE = 1 << 20;
/** ms: what Windows 2000 proposes. */
const LOCKED_FOR = 30 * 60_000;

export function emulateCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('emulate')
    .description(
      'Runs an emulated cluster host until Ctrl-C: endpoint mapper, Cluster service and a cluster behind them, over datagram RPC or, as Windows Server 2008 and later, over TCP. Prints one JSON line when it can be called and one of counters at its end.',
    )
    .option(
      '--host-profile <name>',
      `the Windows it is (default: ${DEFAULT_HOST_PROFILE})`,
      oneOf(Object.keys(HOST_PROFILES) as HostProfileName[]),
    )
    .option(
      '--listen <address>',
      'its address (default: 127.0.0.1); each machine wants one of its own, 127.x.y.z',
      ipAddress,
    )
    .option('--expose', 'allow an address that other machines reach')
    .option('--epm-port <port>', 'port of the endpoint mapper, over UDP and TCP; 0 for any (default: 0)', portNumber(0))
    .option('--no-tcp', 'nothing listens on TCP')
    .option('--ports <ranges>', 'where the Cluster service takes its port, such as 1026-1050', portRanges)
    .option('--users <file>', 'whom it knows, a line each as the command user makes them')
    .option('--require-auth', 'refuse every caller that is not authenticated')
    .option(
      '--min-auth <level>',
      'refuse callers below none, connect, packet, integrity or privacy',
      oneOf(['none', 'connect', 'packet', 'integrity', 'privacy']),
    )
    .option(
      '--may-open <users>',
      'who may open the cluster, with commas between (default: everybody)',
      names('--may-open'),
    )
    .option(
      '--lock-out <n>',
      'wrong passwords in a row that lock an account for half an hour (default: never)',
      count(1),
    )
    .option('--ntlm-dialect <rules>', 'the only NTLM that it understands, such as call,protected (default: any)')
    .option(
      '--fault <list>',
      'what goes wrong: drop=0.1,delay=20ms,reject=0.01,no-memory=0.01,reorder,duplicate,callback-drop=1',
      asValue(parseFaultRates),
    )
    .option('--reply-from <address>', 'the Cluster service answers from this address of the machine', ipAddress)
    .option(
      '--other-versions <how>',
      'how datagrams of another RPC version, as port scanners send them, are answered: reject or drop (default: reject)',
      oneOf(['reject', 'drop']),
    )
    .option('--nodes <names>', 'node names, with commas between (default: NODE1,NODE2)', names('--nodes'))
    .option('--cluster-name <name>', 'name of the cluster (default: CLUSTER1)')
    .option(
      '--scenario <file>',
      'YAML or JSON of the cluster and of what happens when: faults, nodes that go down and come up, fail-overs',
    )
    .option('--seed <n>', 'decides which faults happen (default: 1)', count())
    .action((options, self) => context.run(self, (run) => emulate(run, options)));
  return withCommonOptions(withPrometheus(command), { pcap: true });
}

async function emulate(run: CommandRun, options: Options): Promise<ExitCode> {
  const { scenario: file, listen, fault, users, lockOut, prometheus, tcp, otherVersions, ...rest } = options;
  const scenario = file === undefined ? null : await readScenario(run.world, file);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const host = await EmulatedHost.start({
    ...given,
    ...(listen !== undefined && { address: listen }),
    ...(tcp === false && { streams: null }),
    ...(fault && { faults: fault }),
    ...(otherVersions && { settings: { otherVersions } }),
    ...(scenario?.cluster && { cluster: scenario.cluster }),
    ...(users !== undefined && { users: await readUsers(run.world, users) }),
    ...(lockOut !== undefined && { lockOut: { after: lockOut, lasts: LOCKED_FOR } }),
  });
  const counters = () =>
    run.output.event({ schema: 'clusrpc/emulate-counters/1', event: 'counters', ...host.counters });
  const stop =
    scenario === null
      ? () => {}
      : playScenario(scenario, host, systemClock, ({ text }, error) => {
          run.note(error === null ? `scenario: ${text}` : `scenario: ${text} failed: ${(error as Error).message}`);
        });
  process.on('SIGUSR1', counters);
  try {
    await serveMetrics(run, prometheus, [
      {
        name: 'clusrpc_emulate_events_total',
        help: 'What the host counted.',
        label: 'event',
        read: () => ({ ...host.counters }),
      },
    ]);
    run.output.event({ schema: 'clusrpc/emulate-ready/1', event: 'ready', ...host.addresses, pid: process.pid });
    await aborted(run.signal);
  } finally {
    process.off('SIGUSR1', counters);
    stop();
    counters();
    await host.close();
  }
  return EXIT.fine;
}

async function readScenario(input: CliWorld, file: string) {
  return parseScenario(new TextDecoder().decode(await readInput(input, file, 'the scenario', LARGEST_FILE)));
}

async function readUsers(input: CliWorld, file: string) {
  return parseUserFile(new TextDecoder().decode(await readInput(input, file, 'the user file', LARGEST_FILE)), file);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else onAbort(signal, resolve);
  });
}

function names(option: string): (text: string) => readonly string[] {
  return (text) => {
    const list = text.split(',').map((name) => name.trim());
    if (list.some((name) => name === '')) throw usageError(`${option}: an empty name in ${JSON.stringify(text)}`);
    return list;
  };
}
