import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setMaxListeners } from 'node:events';
import type { ClusterSession } from '../client/cluster-session.ts';
import { ClientMachine } from '../emulator/client-machine.ts';
import type { EmulatedProcess } from '../emulator/emulated-process.ts';
import { EmulatedHost } from '../emulator/host.ts';
import { claimLoopbackPair } from '../emulator/loopback.ts';
import type { PortMessage } from '../emulator/machine-face.ts';
import type { PortShortage } from '../ports/runtime.ts';
import { setImmediate } from '../transport/timers.ts';
import { drive } from './drive.ts';
import type { SoakOptions } from './options.ts';
import type { SoakReport } from './report.ts';
import type { SoakPlan } from './settings.ts';
import { withStrategy } from './strategy.ts';
import type { AttemptOutcome, SoakSubject } from './subject.ts';

/** The workload over real sockets: an emulated client machine and an emulated host, each at a loopback address of its own. */
export async function soakEmulated(plan: SoakPlan, options: SoakOptions): Promise<SoakReport> {
  const { pool } = plan;
  const addresses = await claimLoopbackPair();
  const host = await startSoakHost(plan, addresses.host);
  const machine = new ClientMachine({ ...clientOptions(plan), address: addresses.client, ports: pool, hosts: [host] });
  try {
    const ends = new Map<SoakSubject, () => Promise<void>>();
    const subject = withStrategy(plan, {
      start(number) {
        const program = machine.startProcess(number === 1 ? 'soak' : `soak-${number}`);
        const own = programSubject(plan, { machine, program, cluster: host.model.name });
        ends.set(own, () => program.end());
        return own;
      },
      exit: (own) => void ends.get(own)?.(),
    });
    return await drive(plan, subject, options);
  } finally {
    await machine.close();
    await host.close();
    await addresses.release();
  }
}

/** The host that a plan opens, at that address. */
export function startSoakHost({ settings }: SoakPlan, address: string): Promise<EmulatedHost> {
  return EmulatedHost.start({
    address,
    ...(settings.hostProfile !== null && { hostProfile: settings.hostProfile }),
    settings: { callbackGiveUpAfter: settings.failureMs.callback },
  });
}

/** How the client machine of a plan behaves, apart from its address, its ports and its hosts. */
export function clientOptions({ settings }: SoakPlan) {
  const { onFailure, reuse, leakOn, recycleAfterMs: recycleAfter, onExhaustion, failureMs } = settings;
  return { onFailure, reuse, leakOn, recycleAfter, onExhaustion, settings: { giveUpAfter: failureMs['no-answer'] } };
}

export interface SoakedProgram {
  readonly machine: Pick<ClientMachine, 'address' | 'network'>;
  readonly program: EmulatedProcess;
  /** A name that the machine knows. */
  readonly cluster: string;
}

/** The workload in a program of an emulated machine, which runs on afterwards with the ports it has left. */
export function soakProgram(plan: SoakPlan, soaked: SoakedProgram, options: SoakOptions): Promise<SoakReport> {
  return drive(plan, programSubject(plan, soaked), options);
}

function programSubject({ settings }: SoakPlan, { machine, program, cluster }: SoakedProgram): SoakSubject {
  const { runtime } = program;
  const { clock } = machine.network;
  const ended = new AbortController();
  // As many as are under way.
  setMaxListeners(0, ended.signal);
  const pending = new Set<Promise<AttemptOutcome>>();
  const sessions = new Set<ClusterSession>();
  const close = async (session: ClusterSession) => {
    if (sessions.delete(session)) await session.close();
  };
  const outcomeOf = async (
    opening: Promise<ClusterSession>,
    refused: PortShortage['reason'] | null,
    asks: boolean,
  ): Promise<AttemptOutcome> => {
    try {
      const session = await opening;
      sessions.add(session);
      if (asks) await session.nodes().catch((error: unknown) => close(session).then(() => Promise.reject(error)));
      return { kind: 'opened', close: () => close(session) };
    } catch (error) {
      return refused === null ? { kind: 'failed', error } : { kind: 'refused', reason: refused };
    }
  };
  return {
    clock,
    open(fails, onPort) {
      // Whether there is a port is decided before the call returns; what becomes of the open takes its time.
      const before = runtime.counters();
      const asks = fails && settings.failureKind === 'call';
      const limits = { signal: ended.signal, ...(asks && { reconnect: 'windows-2000' as const }) };
      const opening = program.open(cluster, limits, { fail: fails ? settings.failureKind : null });
      const after = runtime.counters();
      const isRefused = after.refused > before.refused;
      const outcome = outcomeOf(opening, isRefused ? runtime.shortage().reason : null, asks);
      pending.add(outcome);
      void outcome.then(() => pending.delete(outcome));
      if (after.waiting > before.waiting) void outcome.finally(whenGranted({ machine, program }, onPort));
      else if (after.leased > before.leased) onPort();
      return { outcome, waiting: () => (runtime.counters().waiting > 0 ? runtime.shortage().reason : null) };
    },
    reconnects: () => program.reconnects,
    snapshot() {
      runtime.recycleDue(clock.now());
      return runtime.snapshot();
    },
    async end() {
      ended.abort();
      await Promise.all(pending);
      await Promise.all([...sessions].map(close));
    },
  };
}

/** Calls back once, when the one open of that program that waits has got its port; answers how to stop waiting for that. */
function whenGranted({ machine, program }: Omit<SoakedProgram, 'cluster'>, onPort: () => void): () => void {
  const onChange = (message: unknown) => {
    const change = message as PortMessage;
    if (change.machine !== machine.address || change.process !== program.id || change.to !== 'in-use') return;
    stop();
    // The runtime is in the middle of its own change.
    setImmediate(onPort);
  };
  const stop = () => {
    unsubscribe('clusrpc:port', onChange);
  };
  subscribe('clusrpc:port', onChange);
  return stop;
}
