import { isIP } from 'node:net';
import type { Logon } from '../client/logon.ts';
import { DIALECT_NAMES, type Dialect } from '../machine/cl/dialects.ts';
import { DEFAULT_STAGE_TIMEOUT, DEFAULT_TIMEOUT } from '../open/backend.ts';
import { eachPort, parsePortRanges } from '../ports/ranges.ts';
import { choiceOption, durationOption, invalidOption, portOption, wholeOption } from '../status/options.ts';
import type { ProbeOptions } from './types.ts';

/** Options with defaults filled in and checked. */
export interface ProbeSettings {
  readonly transport: 'auto' | 'udp' | 'tcp' | 'native' | 'ffi';
  readonly local: boolean;
  readonly endpointMapperPort: number | undefined;
  readonly endpoint: number | undefined;
  /** Null: the system chooses. */
  readonly localPorts: readonly number[] | null;
  readonly dialect: Dialect;
  readonly source: string | undefined;
  readonly eachPort: boolean;
  readonly family: 0 | 4 | 6;
  readonly concurrency: number;
  readonly cycles: number;
  readonly timeout: number;
  readonly stageTimeout: number;
  readonly signal: AbortSignal | undefined;
  /** Who calls the Cluster services; null: nobody. */
  readonly logon: Logon | null;
}

const DEFAULT_CONCURRENCY = 8;

/** Throws LocalMisuseError with code ERR_CLUSRPC_INVALID_OPTION and a sentence that names the option. */
export function probeSettings(options: ProbeOptions): ProbeSettings {
  const transport = checkedTransport(options);
  const localPorts = options.localPorts === undefined ? null : [...eachPort(parsePortRanges(options.localPorts))];
  if (options.eachPort === true && localPorts === null) {
    throw invalidOption('eachPort needs localPorts: which ports does the firewall allow?');
  }
  if (options.source !== undefined && isIP(options.source) === 0) {
    throw invalidOption(`source: ${JSON.stringify(options.source)} is not an IP address`);
  }
  const { family = 0 } = options;
  if (family !== 0 && options.source !== undefined && isIP(options.source) !== family) {
    throw invalidOption(`source ${options.source} is not of IPv${family}`);
  }
  return {
    transport,
    local: options.local ?? false,
    endpointMapperPort: portOption('endpointMapperPort', options.endpointMapperPort),
    endpoint: portOption('endpoint', options.endpoint),
    dialect: choiceOption('dialect', options.dialect ?? 'liberal', DIALECT_NAMES),
    localPorts,
    source: options.source,
    eachPort: options.eachPort ?? false,
    family,
    concurrency: wholeOption('concurrency', options.concurrency ?? DEFAULT_CONCURRENCY),
    cycles: wholeOption('cycles', options.cycles ?? 1),
    timeout: durationOption('timeout', options.timeout ?? DEFAULT_TIMEOUT),
    stageTimeout: durationOption('stageTimeout', options.stageTimeout ?? DEFAULT_STAGE_TIMEOUT),
    signal: options.signal,
    logon: null,
  };
}

/** Options of our own RPC, which clusapi.dll has no way to honour. */
const UDP_ONLY = [
  'endpointMapperPort',
  'endpoint',
  'dialect',
  'localPorts',
  'source',
  'eachPort',
  'family',
  'logon',
] as const;

/** What only datagrams have: ports that callbacks come to. */
const DATAGRAMS_ONLY = ['localPorts', 'eachPort'] as const;

/** `auto` is our own RPC, on Windows too: only there every layer can be told apart. */
function checkedTransport(options: ProbeOptions): ProbeSettings['transport'] {
  const { transport = options.local === true ? 'native' : 'auto' } = options;
  if (options.local === true && transport !== 'native' && transport !== 'ffi') {
    throw invalidOption('local needs transport native or ffi: only clusapi.dll knows the cluster of this node');
  }
  const datagrams = DATAGRAMS_ONLY.find((name) => options[name] !== undefined && options[name] !== false);
  if (transport === 'auto') return datagrams === undefined && options.endpoint === undefined ? 'auto' : 'udp';
  if (transport === 'udp') return 'udp';
  if (transport === 'native' || transport === 'ffi') {
    const wrong = UDP_ONLY.find((name) => options[name] !== undefined);
    if (wrong === undefined) return transport;
    throw invalidOption(`${wrong} needs transport udp: clusapi.dll chooses its ports and its account itself`);
  }
  if (transport === 'tcp') {
    if (datagrams === undefined) return 'tcp';
    throw invalidOption(`${datagrams} needs transport udp: over TCP nobody is called back`);
  }
  throw invalidOption(`transport: ${JSON.stringify(transport)} is none of auto, udp, tcp, native, ffi`);
}
