import type { PortBroker } from '../ports/broker.ts';
import type { PortLease } from '../ports/lease.ts';
import type { OpenWait, PortShortage } from '../ports/runtime.ts';
import type { Timer } from '../transport/clock.ts';
import type { VirtualClock } from '../transport/virtual-clock.ts';
import { failOpen, failsBeforePort } from './failures.ts';
import type { SoakPlan } from './settings.ts';
import type { AttemptOutcome, SoakSubject } from './subject.ts';

export interface ModelProgram extends SoakSubject {
  /** The end of the program, which gives its ports back. */
  exit(): void;
}

/** What becomes of an open that waits when the run ends. */
const OVER: AttemptOutcome = { kind: 'failed', error: new Error('the run is over') };

/** A program on the port model alone, for what works with promises: opens take no time, failing ones as long as the plan says. */
export function modelProgram(
  { settings }: SoakPlan,
  broker: PortBroker,
  id: string,
  clock: VirtualClock,
): ModelProgram {
  const { onFailure, reuse, leakOn, recycleAfterMs: recycleAfter, onExhaustion, failureKind, failureMs } = settings;
  const grants = new Map<OpenWait, (lease: PortLease | null) => void>();
  let isOver = false;
  const options = { onFailure, reuse, leakOn, recycleAfter, onExhaustion };
  const { runtime, end: exit } = broker.startProcess(id, options, {
    onGranted: (wait, lease) => {
      grants.get(wait)?.(lease);
      grants.delete(wait);
    },
  });
  const failed: AttemptOutcome = { kind: 'failed', error: new Error(`made to fail by ${failureKind}`) };
  let timer: Timer | null = null;
  const recycleLater = () => {
    timer?.cancel();
    const at = runtime.nextRecycleAt();
    timer = at === null || grants.size === 0 ? null : clock.at(at, () => recycle());
  };
  const recycle = () => {
    runtime.recycleDue(clock.now());
    recycleLater();
  };
  const after = (ms: number): Promise<void> | undefined =>
    ms === 0 ? undefined : new Promise((resolve) => clock.at(clock.now() + ms, resolve));
  const outcomeOf = async (lease: PortLease, fails: boolean): Promise<AttemptOutcome> => {
    if (!fails) {
      const close = async () => {
        if (lease.state === 'in-use') runtime.close(lease, clock.now());
        recycleLater();
      };
      return { kind: 'opened', close };
    }
    await after(failureMs[failureKind]);
    if (lease.state === 'in-use') failOpen(runtime, lease, failureKind, clock.now());
    return failed;
  };
  return {
    clock,
    open(fails, onPort) {
      if (fails && failsBeforePort(failureKind)) return { outcome: Promise.resolve(failed), waiting: () => null };
      if (isOver) return { outcome: Promise.resolve(OVER), waiting: () => null };
      const result = runtime.open(clock.now());
      if (result.kind === 'refused') {
        return { outcome: Promise.resolve({ kind: 'refused', reason: result.reason }), waiting: () => null };
      }
      if (result.kind === 'leased') {
        onPort();
        return { outcome: outcomeOf(result.lease, fails), waiting: () => null };
      }
      const granted = new Promise<PortLease | null>((resolve) => grants.set(result.wait, resolve));
      recycleLater();
      const waiting = (): PortShortage['reason'] | null => (grants.has(result.wait) ? runtime.shortage().reason : null);
      const outcome = granted.then((lease) => {
        if (lease === null) return OVER;
        onPort();
        return outcomeOf(lease, fails);
      });
      return { outcome, waiting };
    },
    snapshot() {
      runtime.recycleDue(clock.now());
      return runtime.snapshot();
    },
    async end() {
      isOver = true;
      for (const [wait, give] of grants) {
        runtime.cancel(wait);
        give(null);
      }
      grants.clear();
    },
    exit: () => exit(clock.now()),
  };
}
