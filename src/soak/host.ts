import type { ClusterHandle } from '../open/cluster-handle.ts';
import { openCluster } from '../open/open-cluster.ts';
import { isClusError } from '../status/errors.ts';
import { systemClock } from '../transport/clock.ts';
import { drive } from './drive.ts';
import { isLoopback } from './loopback.ts';
import type { SoakOptions } from './options.ts';
import type { SoakReport } from './report.ts';
import { POLITE, type SoakPlan } from './settings.ts';
import { withStrategy } from './strategy.ts';
import type { AttemptOutcome, SoakSubject } from './subject.ts';

/** The workload on a host over the wire: every open takes an ordinary port of this machine and gives it back. */
export function soakHost(plan: SoakPlan, options: SoakOptions): Promise<SoakReport> {
  const { settings } = plan;
  const stranger = !isLoopback(settings.target);
  const subject = withStrategy(plan, { start: () => hostSubject(plan, options), exit: () => {} });
  return drive(plan, subject, {
    signal: options.signal,
    onStep: options.onStep,
    onFailure: options.onFailure,
    ...(stranger && { patience: POLITE.failuresInARow }),
  });
}

function hostSubject({ settings, pool }: SoakPlan, { wire, ports }: SoakOptions): SoakSubject {
  const ended = new AbortController();
  const pending = new Set<Promise<AttemptOutcome>>();
  const handles = new Set<ClusterHandle>();
  let inUse = 0;
  const close = async (handle: ClusterHandle) => {
    if (!handles.delete(handle)) return;
    await handle.close();
    inUse--;
  };
  const attempt = async (onPort: () => void): Promise<AttemptOutcome> => {
    inUse++;
    try {
      const handle = await openCluster(settings.target, {
        transport: 'udp',
        ...wire,
        backend: 'wire',
        signal: ended.signal,
        ...(ports !== undefined && { localPorts: settings.ports }),
      });
      handles.add(handle);
      onPort();
      return { kind: 'opened', close: () => close(handle) };
    } catch (error) {
      inUse--;
      if (isPortShortage(error)) return { kind: 'refused', reason: 'stalled' };
      onPort();
      return { kind: 'failed', error };
    }
  };
  return {
    clock: systemClock,
    open(_fails, onPort) {
      const outcome = attempt(onPort);
      pending.add(outcome);
      void outcome.then(() => pending.delete(outcome));
      return { outcome, waiting: () => null };
    },
    // An open that lacks a port is only known to when it was refused; until then it counts as one.
    snapshot: () => ({ pool: pool.size, inUse: Math.min(inUse, pool.size), closing: 0, recycled: 0, leaked: 0 }),
    async end() {
      ended.abort();
      await Promise.all(pending);
      await Promise.all([...handles].map(close));
    },
  };
}

/** None of the local ports was free: those of this run come back. */
function isPortShortage(error: unknown): boolean {
  return isClusError(error) && error.code === 'ERR_CLUSRPC_TRANSPORT' && error.syscall === 'bind';
}
