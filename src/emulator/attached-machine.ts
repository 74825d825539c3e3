import { subscribe } from 'node:diagnostics_channel';
import type { ClusterTarget } from '../client/cluster-session.ts';
import type { Address } from '../machine/contract.ts';
import { runtimeSettings } from '../ports/profiles.ts';
import { DatagramRuntime, type PortSource } from '../ports/runtime.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { newUuid, seededRandom } from '../transport/random.ts';
import { udpNetwork } from '../transport/udp.ts';
import { LinkClient } from './broker-link.ts';
import type { FromBrokeredProcess, ProcessStart, ToBrokeredProcess } from './brokered-machine.ts';
import { EmulatedProcess } from './emulated-process.ts';
import type { MachineFace } from './machine-face.ts';
import { OpenFailures, type RejectedCall } from './open-failures.ts';

export interface AttachedProcess {
  readonly process: EmulatedProcess;
  readonly address: string;
  /** What the program was told at its start. */
  readonly data: unknown;
  /** Aborted when the machine asks the program to come to its end. */
  readonly signal: AbortSignal;
  /** Tells the machine something. Resolves when it is on its way. */
  say(data: unknown): Promise<void>;
  /** Lets the process end by itself. */
  detach(): void;
}

/** For the main module of a process of a BrokeredMachine: waits for its start and gives it an RPC runtime of that machine. */
export async function attachToMachine(): Promise<AttachedProcess> {
  const abort = new AbortController();
  let attached: EmulatedProcess | undefined;
  const start = await new Promise<ProcessStart>((resolve) => {
    process.on('message', (message: ToBrokeredProcess) => {
      if (message.type === 'start') resolve(message);
      else if (message.type === 'abort') abort.abort();
      else attached?.runtime.recycleDue(udpNetwork.clock.now());
    });
  });
  // Without its machine it has no ports to speak of.
  const orphaned = () => process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', orphaned);
  subscribe('clusrpc:port', (message) => void tell({ type: 'port', message } as FromBrokeredProcess));
  attached = new EmulatedProcess(machineFace(start), start.id, start.runtime);
  return {
    process: attached,
    address: start.address,
    data: start.data,
    signal: abort.signal,
    say: (data) => tell({ type: 'said', data }),
    detach: () => {
      process.off('disconnect', orphaned);
      process.disconnect?.();
    },
  };
}

function machineFace({ address, poolSize, settings, targets }: ProcessStart): MachineFace {
  const link = new LinkClient();
  const source: PortSource = { size: poolSize, take: () => link.ask({ ask: 'port' }) };
  return {
    network: udpNetwork,
    address,
    newUuid,
    settings,
    failures: new OpenFailures(seededRandom(1)),
    broker: {
      startProcess(id, options = {}, hooks = {}) {
        const runtime = new DatagramRuntime(id, source, runtimeSettings(options), hooks);
        return { id, runtime, end: (now) => void runtime.release(now) };
      },
    },
    targetOf(name): ClusterTarget {
      const target = targets.find((each) => each.name === name.toLowerCase());
      if (target === undefined) throw new LocalMisuseError(`the emulated machine knows no cluster ${name}`);
      return { host: target.host, mapperPort: target.mapperPort };
    },
    rejectNext({ host, mapperPort = 0 }, from: Address, on: RejectedCall) {
      const id = link.ask({ ask: 'reject-next', host, mapperPort, from, on });
      if (id === -1) throw new LocalMisuseError('only an emulated host can be made to reject a call');
      return () => void link.ask({ ask: 'undo', id });
    },
    onEnd: () => {},
  };
}

/** A machine that has gone is noticed by the end of its channel. */
function tell(message: FromBrokeredProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
