import { reasonOf, STAGES, type StageId } from '../client/stages.ts';
import { clusterApiFor } from '../open/clusapi.ts';
import { isClusError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { systemClock } from '../transport/clock.ts';
import type { ClusterApi, ClusterConnection, ClusterInformation } from '../windows/cluster-api.ts';
import { summarize } from './judge.ts';
import type { ProbeSettings } from './settings.ts';
import type { ProbeResult, StageResult } from './types.ts';
import { kb814622Of } from './verdict.ts';

/** The stages that calls of clusapi.dll decide; it does all others inside OpenCluster and says nothing of them. */
const DECIDED: readonly StageId[] = ['open-cluster', 'cluster-name', 'cluster-version', 'close-cluster'];

interface Progress {
  readonly connection: ClusterConnection | null;
  readonly information: ClusterInformation | null;
}

/**
 * Opens and closes a cluster through the clusapi.dll of this Windows machine. The stages are those of the other
 * transports; the name comes after the open here, since the DLL tells it only then.
 */
export async function probeThroughClusapi(
  target: string,
  transport: 'native' | 'ffi',
  settings: ProbeSettings,
  onStage: (stage: StageResult) => void = () => {},
  api: ClusterApi = clusterApiFor(transport),
): Promise<ProbeResult> {
  const decided = new Map<StageId, StageResult>();
  const progress = await walk(target, api, settings, (stage) => decided.set(stage.id, stage));
  const stoppedAt = DECIDED.find((id) => ['fail', 'unknown'].includes(decided.get(id)?.status ?? '')) ?? null;
  const stages = STAGES.map((id) => decided.get(id) ?? passedOver(id, stoppedAt));
  for (const stage of stages) onStage(stage);
  return { target, transport, stages, stoppedAt, ...clusterOf(progress.information), localPorts: [] };
}

async function walk(
  target: string,
  api: ClusterApi,
  settings: ProbeSettings,
  note: (stage: StageResult) => void,
): Promise<Progress> {
  const { signal, timeout, stageTimeout } = settings;
  const opened = await timed(
    'open-cluster',
    note,
    () => api.openCluster(settings.local ? null : target, { signal, timeout }),
    openedText,
  );
  if (opened === undefined) return { connection: null, information: null };
  const limits = { signal, timeout: stageTimeout };
  const information = await timed(
    'cluster-name',
    note,
    () => opened.information(limits),
    ({ name }) => name,
  );
  if (information !== undefined) note(versionStage(information));
  const closing = (): Promise<true> => opened.close().then(() => true);
  if (information === undefined) await closing().catch(() => {});
  else await timed('close-cluster', note, closing, () => 'CloseCluster succeeded');
  return { connection: opened, information: information ?? null };
}

async function timed<T>(
  id: StageId,
  note: (stage: StageResult) => void,
  work: () => Promise<T>,
  detail: (value: T) => string,
): Promise<T | undefined> {
  const started = systemClock.now();
  const ms = (): number => Math.round((systemClock.now() - started) * 10) / 10;
  try {
    const value = await work();
    note({ id, status: 'pass', ms: ms(), detail: detail(value) });
    return value;
  } catch (error) {
    note({ id, ms: ms(), ...failure(error) });
    return undefined;
  }
}

/** An abort leaves the stage undecided, as with the other transports; only errors of ours are results. */
function failure(error: unknown): Omit<StageResult, 'id' | 'ms'> {
  if (!isClusError(error)) return { status: 'unknown', detail: 'interrupted' };
  const late = error.code === 'ERR_CLUSRPC_TIMEOUT' || error.code === 'ERR_CLUSRPC_NO_FREE_THREAD';
  const reason = late ? 'timeout' : unanswered(error.errno) ? 'silent' : reasonOf(error);
  const advice = error.advice ?? ADVICE[reason];
  const summary = summarize(error);
  return {
    status: late ? 'unknown' : 'fail',
    reason,
    detail: error.message,
    ...(summary !== undefined && { error: summary }),
    ...(advice !== undefined && { advice }),
  };
}

function unanswered(errno: number | undefined): boolean {
  return errno === win32Code('RPC_S_SERVER_UNAVAILABLE');
}

const ADVICE: Readonly<Record<string, string>> = {
  silent:
    'clusapi.dll does not say which layer stops it: probe the same target with transport udp. The clusapi.dll of Windows 2008 and later cannot reach Windows 2000 and Server 2003.',
  denied: 'Run it under an account that the security descriptor of the cluster admits.',
};

function versionStage({ major, minor, build, servicePack }: ClusterInformation): StageResult {
  const detail = `${major}.${minor}.${build} ${servicePack}`.trim();
  // It came with the name, in the same call.
  return { id: 'cluster-version', status: 'pass', ms: 0, detail };
}

function openedText(): string {
  return 'OpenCluster gave a handle';
}

function passedOver(id: StageId, stoppedAt: StageId | null): StageResult {
  const inside = !DECIDED.includes(id);
  const detail = inside ? 'inside OpenCluster, which does not tell' : `not reached: stopped at ${stoppedAt}`;
  return { id, status: 'skip', ms: 0, detail };
}

function clusterOf(information: ClusterInformation | null): Pick<ProbeResult, 'cluster' | 'kb814622'> {
  if (information === null) return { cluster: null, kb814622: null };
  const { name, major, minor, build, servicePack, vendor } = information;
  const version = { major, minor, build, servicePack, vendor };
  // The DLL does not say which node answered.
  return { cluster: { name, node: '', version }, kb814622: kb814622Of(`the node of ${name} that answered`, version) };
}
