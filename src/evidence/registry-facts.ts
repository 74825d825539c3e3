import { fromUtf16 } from '../bytes/utf16.ts';
import { findValue } from '../reg/path.ts';
import { type RegistryValue, regDword, registryTypeName, regMultiString, regString } from '../reg/value.ts';
import type { Fact, Gap, HotfixKey, PartialEvidence, PendingRename } from './evidence.ts';
import type { RegistryView, ViewedKey } from './registry-view.ts';

const CURRENT_VERSION = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const UPDATES = 'SOFTWARE\\Microsoft\\Updates\\Windows 2000';
const CONTROL = 'SYSTEM\\CurrentControlSet\\Control';
const SERVICES = 'SYSTEM\\CurrentControlSet\\Services';
/** The articles whose packages carry one of the files of KB814622, that one first. */
const PACKAGES = [
  '814622',
  '823980',
  '824146',
  '828741',
  '842070',
  '873333',
  '902400',
  '913580',
  '917736',
  '933729',
  '970238',
];
/** Q became KB in 2003, in the months of KB814622: which of both names its package has is not known. */
const PACKAGE_NAMES = [
  ...PACKAGES.flatMap((number) => [`Q${number}`, `KB${number}`].map((name) => ({ package: number, name }))),
  { package: 'Update Rollup 1', name: 'Update Rollup 1' },
];
/** A fix is registered below the service pack that will contain it; SP5 never came but names hotfixes of SP4 systems. */
const UPDATE_FOLDERS = ['SP1', 'SP2', 'SP3', 'SP4', 'SP5'];

const FAMILIES = [`${CURRENT_VERSION}\\HotFix`, ...UPDATE_FOLDERS.map((folder) => `${UPDATES}\\${folder}`)];
const KEYS = {
  version: CURRENT_VERSION,
  windows: `${CONTROL}\\Windows`,
  productOptions: `${CONTROL}\\ProductOptions`,
  computerName: `${CONTROL}\\ComputerName\\ComputerName`,
  sessionManager: `${CONTROL}\\Session Manager`,
  tcpip: `${SERVICES}\\Tcpip\\Parameters`,
  clusterService: `${SERVICES}\\ClusSvc`,
  clusterServer: `${CURRENT_VERSION}\\Cluster Server`,
  rpcLinkage: `${SERVICES}\\Rpc\\Linkage`,
  rpcInternet: 'SOFTWARE\\Microsoft\\Rpc\\Internet',
} as const;
const HOTFIX_KEYS = FAMILIES.flatMap((family) =>
  PACKAGE_NAMES.map((each) => ({ package: each.package, path: `${family}\\${each.name}` })),
);

/** What a gap says is missing when damage leaves open which hotfixes are registered. */
export const HOTFIX_REGISTRATIONS = 'registered hotfixes';

/** What a gap says is missing when the key of the port configuration cannot be read. */
export const PORT_CONFIGURATION: string = KEYS.rpcInternet;

/** Every key that is asked for, below HKEY_LOCAL_MACHINE. */
export const REGISTRY_PATHS: readonly string[] = [...Object.values(KEYS), ...HOTFIX_KEYS.map(({ path }) => path)];

interface Reading {
  readonly view: RegistryView;
  readonly gaps: Gap[];
}

/** Everything that this package asks of a registry, from whatever part of it a source holds. */
export function registryFacts(view: RegistryView): PartialEvidence {
  const gaps: Gap[] = [];
  const reading = { view, gaps };
  const version = at(reading, KEYS.version);
  const tcpip = at(reading, KEYS.tcpip);
  const options = at(reading, KEYS.productOptions);
  const facts = {
    sources: [view.source],
    ntVersion: present(text(reading, version, 'CurrentVersion')).filter(({ value }) =>
      /^\d{1,2}\.\d{1,2}$/.test(value),
    ),
    build: present(text(reading, version, 'CurrentBuildNumber')).flatMap(numeric),
    productName: present(text(reading, version, 'ProductName')),
    csdText: text(reading, version, 'CSDVersion'),
    csdNumber: number(reading, at(reading, KEYS.windows), 'CSDVersion'),
    productType: present(text(reading, options, 'ProductType')),
    productSuite: present(list(reading, options, 'ProductSuite')),
    computerName: present(text(reading, at(reading, KEYS.computerName), 'ComputerName')),
    hotfixKey: hotfixKeys(reading),
    pendingRenames: pendingRenames(reading),
    rpcInternet: undamaged(reading, at(reading, KEYS.rpcInternet)),
    linkageBind: list(reading, at(reading, KEYS.rpcLinkage), 'Bind'),
    maxUserPort: number(reading, tcpip, 'MaxUserPort'),
    reservedPorts: list(reading, tcpip, 'ReservedPorts'),
    clusterInstallation: number(reading, at(reading, KEYS.clusterServer), 'ClusterInstallationState'),
    clusterService: at(reading, KEYS.clusterService).map((fact) => ({ ...fact, value: fact.value !== null })),
  };
  return { ...facts, gaps, warnings: view.warnings };
}

/** The key as a fact: none when the source cannot say or is damaged there, null inside when it is not there. */
function at({ view, gaps }: Reading, path: string, what: string = path): Fact<ViewedKey | null>[] {
  const key = view.key(path);
  if (key === undefined) return [];
  const source = `${view.source}, ${path}`;
  if (key !== null && 'unreadable' in key) {
    if (!gaps.some((gap) => gap.what === what && gap.source === view.source))
      gaps.push({ what, source: what === path ? source : view.source, reason: key.unreadable });
    return [];
  }
  return [{ value: key, source, timeMs: key?.timeMs ?? null }];
}

/** A key whose values count together: where one of them is lost, nothing is said of the others. */
function undamaged({ gaps }: Reading, keys: readonly Fact<ViewedKey | null>[]): Fact<ViewedKey | null>[] {
  return keys.filter(({ value: key, source }) => {
    if (key === null || key.damage === null) return true;
    gaps.push({ what: KEYS.rpcInternet, source, reason: key.damage });
    return false;
  });
}

/** A value by name, decoded; a type other than expected is a gap that is told, never a silent conversion. */
function decoded<T>(
  reading: Reading,
  keys: readonly Fact<ViewedKey | null>[],
  name: string,
  decode: (value: RegistryValue) => T | null,
): Fact<T | null>[] {
  return keys.flatMap(({ value: key, source, timeMs }): Fact<T | null>[] => {
    const gap = (what: string, reason: string): [] => {
      if (!reading.gaps.some((each) => each.what === what && each.source === source))
        reading.gaps.push({ what, source, reason });
      return [];
    };
    const place = { source: `${source}\\${name}`, timeMs };
    const value = key === null ? undefined : findValue(key, name);
    if (key === null) return [{ value: null, ...place }];
    if (value === undefined && key.damage !== null) return gap(name, key.damage);
    if (value === undefined && !key.whole) return gap('values that are missing', PARTIAL);
    if (value === undefined) return [{ value: null, ...place }];
    const result = decode(value);
    if (result !== null) return [{ value: result, ...place, ...(!key.whole && { partial: true }) }];
    return gap(
      name,
      `the value is a ${registryTypeName(value.type)} of ${value.data.length} bytes, not what Windows writes there`,
    );
  });
}

const PARTIAL = 'the key has nothing of what Windows keeps there, so that a value that is missing proves nothing';

function text(reading: Reading, keys: readonly Fact<ViewedKey | null>[], name: string): Fact<string | null>[] {
  return decoded(reading, keys, name, wholeText);
}

/** Text behind the end of the text is a sign of damage, or of somebody who hides it. */
function wholeText(value: RegistryValue): string | null {
  const text = regString(value)?.value ?? null;
  return text !== null && fromUtf16(value.data).replace(/\0+$/, '') === text ? text : null;
}

function number(reading: Reading, keys: readonly Fact<ViewedKey | null>[], name: string): Fact<number | null>[] {
  return decoded(reading, keys, name, regDword);
}

function list(
  reading: Reading,
  keys: readonly Fact<ViewedKey | null>[],
  name: string,
): Fact<readonly string[] | null>[] {
  return decoded(reading, keys, name, (value) => regMultiString(value)?.value ?? null);
}

function present<T>(facts: readonly Fact<T | null>[]): Fact<T>[] {
  return facts.flatMap((fact) => (fact.value === null ? [] : [{ ...fact, value: fact.value }]));
}

/** The first NT had build 511; a shorter number is what damage left. */
function numeric(fact: Fact<string>): Fact<number>[] {
  return /^\d{3,6}$/.test(fact.value) ? [{ ...fact, value: Number(fact.value) }] : [];
}

/** The keys that are there; one fact with null when a family could be looked into and has none of them. */
function hotfixKeys(reading: Reading): Fact<HotfixKey | null>[] {
  const looked = HOTFIX_KEYS.flatMap(({ package: number, path }) =>
    at(reading, path, HOTFIX_REGISTRATIONS).map((fact): Fact<HotfixKey | null> => {
      const key = fact.value;
      const installed = key === null ? undefined : findValue(key, 'Installed');
      const value =
        key === null
          ? null
          : { package: number, path: key.path, installed: installed === undefined ? null : regDword(installed) };
      return { ...fact, value };
    }),
  );
  const found = looked.filter((fact) => fact.value !== null);
  const lost = reading.gaps.some(({ what }) => what === HOTFIX_REGISTRATIONS);
  return found.length > 0 || lost ? found : looked.slice(0, 1);
}

function pendingRenames(reading: Reading): Fact<PendingRename>[] {
  const manager = at(reading, KEYS.sessionManager);
  const lists = ['PendingFileRenameOperations', 'PendingFileRenameOperations2'].flatMap((name) =>
    present(list(reading, manager, name)),
  );
  return lists.flatMap(({ value: names, source, timeMs }) => {
    if (names.length % 2 === 1)
      reading.gaps.push({
        what: 'PendingFileRenameOperations',
        source,
        reason: 'an odd number of names: the last has no target',
      });
    return Array.from({ length: Math.ceil(names.length / 2) }, (_, i) => ({
      value: { from: names[2 * i] ?? '', to: names[2 * i + 1] ?? '' },
      source,
      timeMs,
    }));
  });
}
