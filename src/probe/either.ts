import { STAGES, type StageId } from '../client/stages.ts';
import { OVER_UDP_ONLY } from './checks/tcp.ts';
import type { ProbeSettings } from './settings.ts';
import { probeTarget, type Target } from './target.ts';
import type { ProbeResult, StageResult } from './types.ts';

/** Where a ladder over UDP ends that a host without datagram RPC, or without ClusAPI 2.0, stops. */
const NOT_THERE: readonly (StageId | null)[] = ['mapper-reachable', 'interface-registered'];

/**
 * Walks the stages over UDP and, where the host shows no ClusAPI 2.0, over TCP: that is the result when the mapper knows ClusAPI 3.0,
 * and otherwise what tells more, as in `openCluster`.
 * `onStage` is told each stage once.
 */
export async function probeEither(
  target: Target,
  settings: ProbeSettings,
  onStage: (stage: StageResult) => void,
): Promise<ProbeResult> {
  const told = new Set<StageId>();
  const tell = (stage: StageResult): void => {
    if (told.has(stage.id)) return;
    told.add(stage.id);
    onStage(stage);
  };
  let stopped = false;
  const udp = await probeTarget(target, { ...settings, transport: 'udp' }, (stage) => {
    stopped ||= NOT_THERE.includes(stage.id) && stage.status !== 'pass' && stage.status !== 'skip';
    if (!stopped) tell(stage);
  });
  const found =
    NOT_THERE.includes(udp.stoppedAt) && settings.signal?.aborted !== true
      ? await probeTarget(target, { ...settings, transport: 'tcp' })
      : null;
  const result = found !== null && tellsMore(found, udp) ? found : udp;
  for (const stage of result.stages) tell(stage);
  return result;
}

function tellsMore(tcp: ProbeResult, udp: ProbeResult): boolean {
  if (tcp.stages.some(({ id, status }) => id === 'interface-registered' && status === 'pass')) return true;
  // Then UDP is the way, and how far it went is the answer.
  if (tcp.stages.some(({ detail }) => detail.startsWith(OVER_UDP_ONLY))) return false;
  const ahead = placeOf(tcp) - placeOf(udp);
  return !isSilent(tcp) && (ahead > 0 || (ahead === 0 && isSilent(udp)));
}

function placeOf({ stoppedAt }: ProbeResult): number {
  return stoppedAt === null ? STAGES.length : STAGES.indexOf(stoppedAt);
}

function isSilent({ stages, stoppedAt }: ProbeResult): boolean {
  const reason = stages.find(({ id }) => id === stoppedAt)?.reason;
  return reason === 'silent' || reason === 'timeout';
}
