import { foldSimilar } from '../bytes/similar.ts';
import { exportedControlSet, inControlSet } from '../reg/control-set.ts';
import { decisiveKeys, exportedKeys, keysByPath } from '../reg/exported-keys.ts';
import { parseReg, type RegFile } from '../reg/parse.ts';
import { findKey, findValue, splitKeyPath } from '../reg/path.ts';
import { type RegistryKey, regDword } from '../reg/value.ts';
import { isClusError, RemoteProtocolError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import {
  ephemeralRemarks,
  type PortConfiguration,
  type PortPolicy,
  RPC_INTERNET_KEY,
  readPortConfiguration,
} from './configuration.ts';
import {
  failureRateFromHang,
  forecast,
  type HangEstimate,
  type NeededPool,
  neededPool,
  type PortCapacity,
  type PortForecast,
  portCapacity,
} from './forecast.ts';
import type { OpenLoad, PortMachine } from './load.ts';
import { configuredPool, type PortPool } from './pool.ts';
import type { PortProblem } from './problems.ts';
import { type ClientProfileName, type OnFailure, type PortReuse, runtimeSettings } from './profiles.ts';
import { formatPortRanges, parsePortRanges } from './ranges.ts';

/** The configuration, and the machine and load that `ports` judges it for. */
export interface PortsOptions {
  /** As `5000-5019,5050`. One of this, `reg` and `configuration`. */
  readonly ports?: string | undefined;
  /** A registry export, byte by byte. */
  readonly reg?: Uint8Array | undefined;
  /** What was read elsewhere: out of a hive, a system drive, a collector folder. */
  readonly configuration?: PortConfiguration | undefined;
  /** With `configuration`: what could not be read and is assumed. */
  readonly warnings?: readonly string[] | undefined;
  /** The name of the Windows that was read, where it is not Windows 2000 and so cannot have the defect. */
  readonly otherWindows?: string | undefined;
  /** What the report calls the source; default: the ports, or `registry export`. */
  readonly source?: string | undefined;
  /** Default: none for another Windows, else `windows-2000-sp3`. */
  readonly clientProfile?: ClientProfileName | undefined;
  /** Default: that of the profile. */
  readonly reuse?: PortReuse | undefined;
  /** 240 000 by default. */
  readonly recycleAfterMs?: number | undefined;
  /** Time between two opens of one process. Without it there is no forecast. */
  readonly everyMs?: number | undefined;
  /** From open to close; 0 by default. */
  readonly holdMs?: number | undefined;
  /** 0 by default, or what follows from `hangsAfterMs`. */
  readonly failureRate?: number | undefined;
  /** How long the program shall run. */
  readonly uptimeMs?: number | undefined;
  /** What an operator saw: from the start of the program to its hang. */
  readonly hangsAfterMs?: number | undefined;
}

/** What `clusrpc ports --json` prints. */
export interface PortsReport {
  readonly schema: 'clusrpc/ports/1';
  readonly source: string;
  readonly valid: boolean;
  readonly problems: readonly PortProblem[];
  /** Lines of the export that an import would pass over. */
  readonly warnings: readonly string[];
  /** What is valid all the same and worth knowing. */
  readonly remarks: readonly string[];
  /** null: there is no such key, or no registry was asked. */
  readonly policy: PortPolicy | null;
  readonly pool: PortPool;
  readonly settings: PortsSettings;
  /** While nothing leaks. */
  readonly capacity: PortCapacity;
  /** null: nobody saw it hang. */
  readonly hang: HangEstimate | null;
  /** null: no load was named, or the configuration is invalid. */
  readonly forecast: Omit<PortForecast, 'capacity'> | null;
  /** The pool with which the load runs through the uptime with probability 0.95; null: no load, or no end of the leak. */
  readonly needed: NeededPool | null;
}

/** What was assumed of the machine and its load; times in ms. */
export interface PortsSettings {
  /** null: another Windows, which gives the port of a failed open back. */
  readonly clientProfile: ClientProfileName | null;
  readonly onFailure: OnFailure;
  readonly reuse: PortReuse;
  readonly recycleAfterMs: number;
  readonly everyMs: number | null;
  readonly holdMs: number;
  readonly failureRate: number;
  readonly uptimeMs: number | null;
}

/** How Windows 2000, the only system of the client profiles, numbers itself. */
const WINDOWS_2000 = 5;
const TCPIP_KEY = 'CurrentControlSet\\Services\\Tcpip\\Parameters';

/**
 * What a port configuration is, carries and lets a load expect. Throws LocalMisuseError for options that cannot be, and
 * RemoteProtocolError (ERR_CLUSRPC_INVALID_INPUT) for bytes that are no export of that key; a configuration that Windows
 * would refuse is a result with `valid: false`.
 */
export function ports(options: PortsOptions): PortsReport {
  const { source, configuration, warnings } = readSource(options);
  const { pool, valid } = configuration;
  const clientProfile = options.clientProfile ?? (options.otherWindows === undefined ? 'windows-2000-sp3' : null);
  const runtime = runtimeSettings({
    profile: clientProfile ?? 'windows-2000-sp4',
    ...(options.reuse && { reuse: options.reuse }),
    ...(options.recycleAfterMs !== undefined && { recycleAfter: options.recycleAfterMs }),
  });
  const machine: PortMachine = { ...runtime, pool: pool.size };
  const { everyMs = null, holdMs = 0, uptimeMs = null } = options;
  const hang = valid ? hangEstimate(machine, options) : null;
  const failureRate = options.failureRate ?? (hang?.kind === 'leak' ? hang.failureRate : 0);
  const load = everyMs === null ? null : { everyMs, holdMs, failureRate };
  if (load === null) demandNoLoad(options);
  return {
    schema: 'clusrpc/ports/1',
    source,
    valid,
    problems: configuration.problems,
    warnings,
    remarks: configuration.remarks,
    policy: configuration.policy,
    pool,
    settings: {
      clientProfile,
      onFailure: runtime.onFailure,
      reuse: runtime.reuse,
      recycleAfterMs: runtime.recycleAfter,
      everyMs,
      holdMs,
      failureRate,
      uptimeMs,
    },
    capacity: portCapacity(machine, holdMs),
    hang,
    forecast: load === null || !valid ? null : withoutCapacity(forecast(machine, load)),
    needed: load === null ? null : needed(machine, load, uptimeMs),
  };
}

function readSource({ ports: list, reg, configuration: known, source, warnings = [] }: PortsOptions): {
  readonly source: string;
  readonly configuration: PortConfiguration;
  readonly warnings: readonly string[];
} {
  if ([list, reg, known].filter((given) => given !== undefined).length !== 1) {
    throw invalidOption('give one of ports, a registry export and a configuration, and not more');
  }
  if (known !== undefined) return { source: source ?? 'configuration', configuration: known, warnings };
  if (list !== undefined) {
    const ranges = parsePortRanges(list);
    const pool = configuredPool(ranges);
    const remarks = ephemeralRemarks(pool, { majorVersion: WINDOWS_2000 });
    const configuration = { valid: true, problems: [], remarks, policy: null, pool };
    return { source: source ?? formatPortRanges(ranges), configuration, warnings: [] };
  }
  const file = readExport(reg as Uint8Array, source);
  const control = exportedControlSet(file);
  return {
    source: source ?? 'registry export',
    configuration: configurationOf(file, WINDOWS_2000),
    warnings: foldSimilar([
      ...file.warnings.map(({ line, message }) => `line ${line}: ${message}`),
      ...(control.warning === null ? [] : [control.warning]),
    ]),
  };
}

/** What is wrong with the bytes is said of `source`, where it has a name. */
function readExport(reg: Uint8Array, source: string | undefined): RegFile {
  try {
    const file = parseReg(reg, { keep: decisiveKeys([RPC_INTERNET, `System\\${TCPIP_KEY}`]) });
    checkCovered(file);
    return file;
  } catch (error) {
    if (source !== undefined && isClusError(error)) error.message = `${source}: ${error.message}`;
    throw error;
  }
}

const RPC_INTERNET = RPC_INTERNET_KEY.replace('HKEY_LOCAL_MACHINE\\', '');

function configurationOf(source: { readonly keys: readonly RegistryKey[] }, majorVersion: number): PortConfiguration {
  const { set } = exportedControlSet(source);
  const inSet = `HKEY_LOCAL_MACHINE\\System\\${inControlSet(TCPIP_KEY, set ?? '')}`;
  const tcpip = findKey(source, `HKEY_LOCAL_MACHINE\\System\\${TCPIP_KEY}`) ?? findKey(source, inSet);
  const limit = tcpip && findValue(tcpip, 'MaxUserPort');
  return readPortConfiguration(source, { majorVersion, maxUserPort: (limit && regDword(limit)) ?? undefined });
}

/** An export of some other key, or of a part, says nothing: without this, "no such key" would be taken for dynamic ports. */
function checkCovered(file: RegFile): void {
  if (exportedKeys(keysByPath(file))(RPC_INTERNET) !== undefined) return;
  const parts = splitKeyPath(RPC_INTERNET_KEY);
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('\\'));
  if (file.deletions.some(({ path }) => above.some((one) => one.toUpperCase() === path.toUpperCase()))) return;
  const [first] = file.warnings;
  const inPart = above.slice(1).some((path) => findKey(file, path) !== undefined);
  const what = inPart
    ? 'the registry export holds a part of HKLM\\Software\\Microsoft\\Rpc only: a key that is missing in it may be there all the same'
    : 'the registry export holds neither HKLM\\Software\\Microsoft\\Rpc nor a key above it';
  throw new RemoteProtocolError(first === undefined ? what : `${what}; line ${first.line}: ${first.message}`, {
    code: 'ERR_CLUSRPC_INVALID_INPUT',
    advice: 'Export it on that machine: regedit /e rpc.reg HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc',
  });
}

function hangEstimate(machine: PortMachine, options: PortsOptions): HangEstimate | null {
  const { hangsAfterMs, everyMs, holdMs = 0, failureRate } = options;
  if (hangsAfterMs === undefined || everyMs === undefined) return null;
  if (failureRate !== undefined) {
    throw invalidOption('the failure rate is either given or estimated from the hang, not both');
  }
  if (machine.onFailure === 'retain') {
    throw invalidOption('a fixed client profile does not leak, so a hang says nothing of its failure rate');
  }
  if (machine.reuse === 'never') {
    throw invalidOption(
      'with reuse never every open takes a port for good, so a hang says nothing of the failure rate',
    );
  }
  return failureRateFromHang(machine, { everyMs, holdMs }, hangsAfterMs);
}

function demandNoLoad({ failureRate, uptimeMs, hangsAfterMs }: PortsOptions): void {
  const given = Object.entries({
    'a failure rate': failureRate,
    'an uptime': uptimeMs,
    'a time to the hang': hangsAfterMs,
  });
  for (const [what, value] of given) {
    if (value !== undefined) throw invalidOption(`${what} says nothing without the time between two opens`);
  }
}

function needed(machine: PortMachine, load: OpenLoad, uptimeMs: number | null): NeededPool | null {
  if (uptimeMs !== null) return neededPool(machine, load, uptimeMs);
  const leaks = machine.onFailure !== 'retain' && (load.failureRate ?? 0) > 0;
  if (leaks || machine.reuse === 'never') return null;
  // Nothing leaks, so what is needed once the first ports have come back is needed for ever.
  return neededPool(machine, load, 2 * ((load.holdMs ?? 0) + (machine.recycleAfter ?? 0)) + load.everyMs);
}

function withoutCapacity({ capacity: _, ...rest }: PortForecast): Omit<PortForecast, 'capacity'> {
  return rest;
}
