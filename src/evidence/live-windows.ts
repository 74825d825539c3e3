import type { FileVersion } from '../bytes/file-version.ts';
import { isClusError } from '../status/errors.ts';
import type { Fact, FileFact, PartialEvidence } from './evidence.ts';
import { fromSystemRoot } from './offline-sources.ts';
import { REGISTRY_PATHS, registryFacts } from './registry-facts.ts';
import { liveView, type ReadLiveKey } from './registry-view.ts';
import { shown } from './shown.ts';

/** A Windows that runs, here or elsewhere, as its own functions show it. */
export interface LiveWindows {
  /** `C:\Windows`, `\\NODE1\ADMIN$`. */
  readonly systemRoot: string;
  readonly key: ReadLiveKey;
  /** Null: the file carries none. */
  fileVersion(path: string): Promise<FileVersion | null>;
  /** Undefined: there is no such service. */
  serviceState(name: string): Promise<string | undefined>;
}

const CLUSTER_SERVICE = 'ClusSvc';

/**
 * Its registry, its files and its Cluster service. Another machine may show one and close the others: what it does not show is
 * a gap. Rejects when it shows neither registry nor files.
 */
export async function fromLiveWindows(name: string, windows: LiveWindows): Promise<readonly PartialEvidence[]> {
  const { systemRoot } = windows;
  const ask = (what: string, source: string, read: () => Promise<PartialEvidence>) =>
    shown(what, source, read, isRefusal);
  const registry = await ask('registry', name, async () =>
    registryFacts(await liveView(name, windows.key, REGISTRY_PATHS)),
  );
  const files = await ask('files', systemRoot, () => runningFiles(windows));
  if (registry.refusal !== null && files.refusal !== null) throw registry.refusal;
  const service = await ask(`state of ${CLUSTER_SERVICE}`, name, () => clusterService(name, windows));
  return [registry, files, service].map(({ part }) => part);
}

/** What that Windows answered, or the file system in its place. That this machine cannot ask at all is another matter. */
function isRefusal(error: unknown): error is Error {
  if (isClusError(error)) return error.code !== 'ERR_CLUSRPC_UNAVAILABLE_BACKEND';
  return error instanceof Error && 'syscall' in error;
}

async function runningFiles(windows: LiveWindows): Promise<PartialEvidence> {
  const [part = {}] = fromSystemRoot(windows.systemRoot);
  const files: Fact<FileFact>[] = [];
  for (const fact of part.files ?? []) files.push({ ...fact, value: await asWindowsReads(fact.value, windows) });
  return { ...part, files };
}

/** Windows has the last word on the version of a file of its own; where it says nothing, that of our own reader stands. */
async function asWindowsReads(file: FileFact, windows: LiveWindows): Promise<FileFact> {
  if (file.size === null) return file;
  try {
    const version = await windows.fileVersion(file.path);
    return { ...file, version, problem: version === null ? 'the file carries no version' : null };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return file;
  }
}

async function clusterService(name: string, windows: LiveWindows): Promise<PartialEvidence> {
  const value = (await windows.serviceState(CLUSTER_SERVICE)) ?? null;
  return { clusterServiceState: [{ value, source: `services of ${name}, ${CLUSTER_SERVICE}`, timeMs: null }] };
}
