import {
  ARTICLE_FILES,
  type ArticleFile,
  type Evidence,
  emptyEvidence,
  type Fact,
  type FileFact,
  type FilePlace,
} from '../../src/evidence/evidence.ts';
import { multiStringValue, stringValue } from '../../src/reg/value.ts';

/** A system in short: what is left out, no source says; null: a source looked, and it is not there. */
export interface State {
  readonly nt?: string;
  readonly build?: number;
  readonly text?: string | null;
  readonly number?: number | null;
  readonly remote?: string;
  readonly type?: string;
  readonly suite?: readonly string[];
  readonly hotfix?: string | null;
  readonly installed?: number;
  /** Fourth numbers of ole32, rpcrt4, rpcss of build 2195; or a whole version; null: the file is missing. */
  readonly files?: readonly (number | string | null | undefined)[];
  readonly dllcache?: readonly (number | undefined)[];
  readonly spfiles?: readonly (number | undefined)[];
  readonly rename?: string;
  /** A file that waits to be deleted. */
  readonly deletion?: string;
  readonly bind?: readonly string[];
  /** Strings of `Ports`; null: there is no such key. */
  readonly ports?: readonly string[] | null;
  readonly policy?: 'YY' | 'YN' | 'NY' | 'NN';
}

export function fact<T>(value: T, source = 'test'): Fact<T> {
  return { value, source, timeMs: null };
}

export function makeEvidence(state: State): Evidence {
  const places = [
    ['running', state.files],
    ['dllcache', state.dllcache],
    ['service-pack-files', state.spfiles],
  ] as const;
  const { policy = 'YY' } = state;
  const list = <T>(value: T | undefined): Fact<T>[] => (value === undefined ? [] : [fact(value)]);
  return {
    ...emptyEvidence('test'),
    sources: ['test'],
    ntVersion: list(state.nt),
    build: list(state.build),
    csdText: list(state.text),
    csdNumber: list(state.number),
    remoteServicePack: list(state.remote),
    productType: list(state.type),
    productSuite: list(state.suite),
    hotfixKey:
      state.hotfix === undefined
        ? []
        : [
            fact(
              state.hotfix === null ? null : { package: state.hotfix, path: 'key', installed: state.installed ?? 1 },
            ),
          ],
    files: places.flatMap(([place, versions]) =>
      ARTICLE_FILES.flatMap((name, i) =>
        versions?.[i] === undefined ? [] : [fact(makeFile(name, place, versions[i]))],
      ),
    ),
    pendingRenames: [
      ...list(state.rename).map((each) => ({ ...each, value: { from: '\\??\\C:\\temp\\new.dll', to: each.value } })),
      ...list(state.deletion).map((each) => ({ ...each, value: { from: each.value, to: '' } })),
    ],
    linkageBind: list(state.bind),
    rpcInternet: list(state.ports).map((each) => ({
      ...each,
      value:
        each.value === null
          ? null
          : {
              path: 'Rpc\\Internet',
              values: [
                multiStringValue('Ports', each.value),
                stringValue('PortsInternetAvailable', policy[0] as string),
                stringValue('UseInternetPorts', policy[1] as string),
              ],
            },
    })),
  };
}

export function makeFile(name: ArticleFile, place: FilePlace, version: number | string | null | undefined): FileFact {
  const numbers = typeof version === 'number' ? [5, 0, 2195, version] : (version?.split('.').map(Number) ?? null);
  return {
    name,
    place,
    path: `C:\\WINNT\\${place}\\${name}`,
    absent: numbers === null,
    version: numbers as [number, number, number, number] | null,
    size: numbers === null ? null : 1000,
    modifiedMs: null,
    linkedMs: null,
    problem: numbers === null ? 'there is no such file' : null,
  };
}
