import { findKey, findValue } from '../reg/path.ts';
import {
  multiStringValue,
  type RegistryKey,
  type RegistryValue,
  registryTypeName,
  regMultiString,
  regString,
  stringValue,
} from '../reg/value.ts';
import { writeReg } from '../reg/write.ts';
import { configuredPool, type DynamicPortOptions, dynamicPool, type PortPool, poolOf, poolWithout } from './pool.ts';
import { entryProblem, type PortProblem, parseEntry, problem, trimBlanks } from './problems.ts';
import { formatPortRanges, type PortRange, parsePortRanges, withoutRanges } from './ranges.ts';

/** Where the RPC run time of Windows looks for its ports (MSDN, "Configuring the Windows XP/2000/NT registry for port allocations"). */
export const RPC_INTERNET_KEY = 'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet';

/** `RPC_POLICY.EndpointFlags` of a process: 0, RPC_C_USE_INTERNET_PORT, RPC_C_USE_INTRANET_PORT. */
export type PortWish = 'default' | 'internet' | 'intranet';

/** What the three values say; null: the value is missing or cannot be read. */
export interface PortPolicy {
  readonly ports: readonly string[] | null;
  readonly portsInternetAvailable: 'Y' | 'N' | null;
  readonly useInternetPorts: 'Y' | 'N' | null;
}

/** What a registry says of the ports that RPC may use (KB154596). */
export interface PortConfiguration {
  readonly valid: boolean;
  /** Empty when valid; else each makes the whole configuration invalid, as on Windows. */
  readonly problems: readonly PortProblem[];
  /** What is valid all the same and worth knowing, or taken so without a source. */
  readonly remarks: readonly string[];
  /** null: there is no such key, or none of the three values in it, and every process takes dynamic ports. */
  readonly policy: PortPolicy | null;
  /** Of size 0 when the configuration is invalid: every call for an endpoint fails. */
  readonly pool: PortPool;
}

export interface PortConfigurationOptions extends DynamicPortOptions {
  /** `default` when left out: a program that opens clusters asks for nothing. */
  readonly wish?: PortWish;
}

const INVALID_POOL: PortPool = { size: 0, ranges: [], kind: 'configured' };
const MAX_PROBLEMS = 100;

/** The port configuration of a registry export or hive: the values of `Rpc\Internet`, or dynamic ports without that key. */
export function readPortConfiguration(
  source: { readonly keys: readonly RegistryKey[] },
  options: PortConfigurationOptions,
): PortConfiguration {
  return portConfiguration(findKey(source, RPC_INTERNET_KEY), options);
}

/** What the TCP/IP stack of a living machine says of its UDP ports; `excluded` are those that it hands to nobody. */
export interface MeasuredPorts {
  readonly dynamic: PortRange;
  readonly excluded: readonly PortRange[];
}

/** The configuration with the ports that this machine really has, instead of those that its Windows usually has. */
export function withMeasuredPorts(
  { pool, policy, ...rest }: PortConfiguration,
  { dynamic, excluded }: MeasuredPorts,
): PortConfiguration {
  const listed = policy === null ? [] : parsePortRanges((policy.ports ?? []).join(','));
  const base = pool.kind === 'configured' ? pool : poolWithout(poolOf([dynamic], 'dynamic'), listed);
  return { ...rest, policy, pool: poolWithout(base, excluded) };
}

/** The same from the key itself; undefined, or a key without any of the three values: dynamic ports. */
export function portConfiguration(key: RegistryKey | undefined, options: PortConfigurationOptions): PortConfiguration {
  const found = (name: string): RegistryValue | undefined => (key === undefined ? undefined : findValue(key, name));
  const ports = found('Ports');
  const available = found('PortsInternetAvailable');
  const use = found('UseInternetPorts');
  if (ports === undefined && available === undefined && use === undefined) {
    const remarks = key === undefined ? [] : ['The key Rpc\\Internet is there and has none of its three values.'];
    return { valid: true, problems: [], remarks, policy: null, pool: dynamicPool(options) };
  }
  const problems: PortProblem[] = [];
  const list = readPorts(ports, problems);
  const policy: PortPolicy = {
    ports: list?.entries ?? null,
    portsInternetAvailable: readYesNo('PortsInternetAvailable', available, problems),
    useInternetPorts: readYesNo('UseInternetPorts', use, problems),
  };
  const listed = configuredPool(list?.ranges ?? []);
  if (list !== null && problems.length === 0 && listed.size === 0) problems.push(problem('port-zero-only', 'Ports'));
  if (problems.length > 0 || list === null) {
    return { valid: false, problems: problems.slice(0, MAX_PROBLEMS), remarks: [], policy, pool: INVALID_POOL };
  }
  const blanks = blankRemarks([
    ...(list?.entries ?? []),
    ...[available, use].map((value) => value && regString(value)?.value),
  ]);
  if (!usesListedPorts(policy, options.wish ?? 'default')) {
    return { valid: true, problems, remarks: blanks, policy, pool: poolWithout(dynamicPool(options), list.ranges) };
  }
  return { valid: true, problems, remarks: [...blanks, ...ephemeralRemarks(listed, options)], policy, pool: listed };
}

/**
 * Ephemeral ports are taken by any program, so that a list among them is not RPC's own: KB154596 advises ports above 5000, which is
 * where those of Windows 2000 end unless MaxUserPort says otherwise.
 */
export function ephemeralRemarks(pool: PortPool, options: DynamicPortOptions): readonly string[] {
  const ephemeral = dynamicPool(options);
  const shared = withoutRanges(pool.ranges, withoutRanges(pool.ranges, ephemeral.ranges));
  if (shared.length === 0) return [];
  const { last } = ephemeral.ranges.at(-1) as PortRange;
  const end = options.maxUserPort === undefined || options.majorVersion >= 6 ? '' : ', by MaxUserPort';
  return [
    `${formatPortRanges(shared)} of the list lies among the ephemeral ports (up to ${last}${end}), which other programs take as well: KB154596 advises ports above 5000${end === '' ? '' : `, here above ${last}`}.`,
  ];
}

function blankRemarks(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.flatMap((text) =>
    text === undefined || text === '' || trimBlanks(text) === text
      ? []
      : [
          `${JSON.stringify(text)} has blanks around it, which are left out here; what Windows does with them is not documented.`,
        ],
  );
}

/**
 * Whether a process with that wish takes its ports inside the list (true) or outside of it: the result table of the MSDN
 * article. How the run time keeps off listed ports is not documented; here outside means dynamic ports less the list.
 */
export function usesListedPorts(
  policy: Pick<PortPolicy, 'portsInternetAvailable' | 'useInternetPorts'>,
  wish: PortWish,
): boolean {
  const listIsInternet = policy.portsInternetAvailable === 'Y';
  const wantsInternet = wish === 'default' ? policy.useInternetPorts === 'Y' : wish === 'internet';
  return listIsInternet === wantsInternet;
}

/** An export that makes RPC use these ports, and only these: what `--write-reg` writes. Needs a restart of that machine (KB154596). */
export function writePortsReg(ranges: readonly PortRange[]): Uint8Array {
  const values = [
    multiStringValue(
      'Ports',
      ranges.map((range) => formatPortRanges([range])),
    ),
    stringValue('PortsInternetAvailable', 'Y'),
    stringValue('UseInternetPorts', 'Y'),
  ];
  return writeReg([{ path: RPC_INTERNET_KEY, values }]);
}

function readPorts(
  value: RegistryValue | undefined,
  problems: PortProblem[],
): { entries: readonly string[]; ranges: readonly PortRange[] } | null {
  if (value === undefined) return report(problems, problem('value-missing', 'Ports'));
  const strings = regMultiString(value);
  if (strings === null) return report(problems, problem('wrong-type', 'Ports', registryTypeName(value.type)));
  if (strings.notes.includes('odd-length') || strings.notes.includes('looks-8-bit')) {
    return report(problems, problem('not-text', 'Ports'));
  }
  if (strings.value.length === 0) return report(problems, problem('list-empty', 'Ports'));
  const ranges: PortRange[] = [];
  for (const entry of strings.value) {
    const parsed = parseEntry(entry);
    if (typeof parsed === 'object') ranges.push(parsed);
    else if (problems.length < MAX_PROBLEMS) problems.push(entryProblem(parsed, entry));
  }
  return { entries: strings.value, ranges };
}

function readYesNo(
  name: 'PortsInternetAvailable' | 'UseInternetPorts',
  value: RegistryValue | undefined,
  problems: PortProblem[],
): 'Y' | 'N' | null {
  if (value === undefined) return report(problems, problem('value-missing', name));
  const text = regString(value);
  if (text === null || value.type !== 1)
    return report(problems, problem('wrong-type', name, registryTypeName(value.type)));
  const letter = trimBlanks(text.value).toUpperCase();
  return letter === 'Y' || letter === 'N' ? letter : report(problems, problem('not-y-or-n', name, text.value));
}

function report(problems: PortProblem[], found: PortProblem): null {
  problems.push(found);
  return null;
}
