import { withFile } from '../bytes/input-file.ts';
import { looksLikeHive } from '../hive/base-block.ts';
import type { OpenClusterOptions } from '../open/open-cluster.ts';
import { LocalMisuseError, RemoteProtocolError } from '../status/errors.ts';
import { fromCollectorFolder, isCollectorFolder } from './collector-folder.ts';
import { isDirectory } from './directory.ts';
import { type Evidence, mergeEvidence, type PartialEvidence } from './evidence.ts';
import { fromLiveWindows, type LiveWindows } from './live-windows.ts';
import { fromBytes, fromDllDirectory, fromHive, fromRegFile, fromSystemRoot } from './offline-sources.ts';
import { fromHost } from './remote-host.ts';
import { fromShare, type ShareOptions } from './share.ts';

/** Where facts come from. `path` is a directory or a file of any kind that is read here, `bytes` such a file: the content tells which. */
export type EvidenceSource =
  | { readonly kind: 'path' | 'dlls' | 'hive' | 'reg'; readonly path: string }
  | {
      readonly kind: 'bytes';
      readonly name: string;
      /** The whole content of such a file. */
      readonly read: () => Promise<Uint8Array>;
    }
  | { readonly kind: 'share'; readonly share: string; readonly options?: ShareOptions }
  | { readonly kind: 'host'; readonly host: string; readonly options?: OpenClusterOptions }
  | { readonly kind: 'live'; readonly name: string; readonly windows: LiveWindows };

/**
 * Everything that the sources say of one installation. Throws LocalMisuseError with code ERR_CLUSRPC_INVALID_INPUT for a path that is
 * not what it was given for, with the offset or line where that shows; TransportError for a share or host that does not answer.
 */
export async function gatherEvidence(
  sources: readonly EvidenceSource[],
  target = sources.map(sourceName).join(', '),
): Promise<Evidence> {
  const parts: PartialEvidence[] = [];
  for (const source of sources) parts.push(...(await partsOf(source)));
  return mergeEvidence(target, parts);
}

export function sourceName(source: EvidenceSource): string {
  switch (source.kind) {
    case 'share':
      return source.share;
    case 'host':
      return source.host;
    case 'live':
    case 'bytes':
      return source.name;
    default:
      return source.path;
  }
}

async function partsOf(source: EvidenceSource): Promise<readonly PartialEvidence[]> {
  switch (source.kind) {
    case 'share':
      return [await fromShare(source.share, source.options)];
    case 'host':
      return fromHost(source.host, source.options);
    case 'bytes': {
      const bytes = await source.read();
      return asInput(source.name, () => [fromBytes(source.name, bytes)]);
    }
    case 'live':
      return fromLiveWindows(source.name, source.windows);
    default:
      return asInput(source.path, () => fromPath(source.kind, source.path));
  }
}

function fromPath(kind: 'path' | 'dlls' | 'hive' | 'reg', path: string): readonly PartialEvidence[] {
  if (kind === 'dlls') return [fromDllDirectory(path)];
  if (kind === 'hive') return [fromHive(path)];
  if (kind === 'reg') return [fromRegFile(path)];
  if (isDirectory(path)) return isCollectorFolder(path) ? fromCollectorFolder(path) : fromSystemRoot(path);
  return [withFile(path, looksLikeHive) ? fromHive(path) : fromRegFile(path)];
}

/** What a file breaks is the caller's to mend: it named the file, which the readers do not know. */
function asInput<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    const { message, advice } = error;
    throw new LocalMisuseError(`${path}: ${message}`, {
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      cause: error,
      ...(advice !== undefined && { advice }),
    });
  }
}
