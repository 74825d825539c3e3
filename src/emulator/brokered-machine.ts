import { type ChildProcess, fork } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { ClientSettings } from '../machine/cl/dialects.ts';
import { PortAllocator } from '../ports/allocator.ts';
import type { LeaseState, PortSnapshot } from '../ports/lease.ts';
import type { PortPool } from '../ports/pool.ts';
import type { FailureKind, RuntimeOptions } from '../ports/profiles.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { udpNetwork } from '../transport/udp.ts';
import { type LinkRequest, serveLink } from './broker-link.ts';
import type { EmulatedHost } from './host.ts';
import { checkExposure } from './loopback.ts';
import type { PortMessage } from './machine-face.ts';

export interface BrokeredMachineOptions {
  /** Its own address on loopback. */
  readonly address: string;
  readonly pool: PortPool;
  readonly hosts: readonly EmulatedHost[];
  readonly runtime: Omit<RuntimeOptions, 'leakOn'> & { readonly leakOn?: readonly FailureKind[] };
  /** Timers of the RPC runtimes. */
  readonly settings?: Partial<ClientSettings>;
}

/** What a process learns of its machine when it starts; the first message that it gets. */
export interface ProcessStart {
  readonly type: 'start';
  readonly id: string;
  readonly address: string;
  readonly poolSize: number;
  readonly runtime: BrokeredMachineOptions['runtime'];
  readonly settings: Partial<ClientSettings>;
  /** The clusters that the machine knows, names in lower case. */
  readonly targets: readonly { readonly name: string; readonly host: string; readonly mapperPort: number }[];
  /** What the program itself is told. */
  readonly data: unknown;
}

export type ToBrokeredProcess = ProcessStart | { readonly type: 'ports-came-back' } | { readonly type: 'abort' };

export type FromBrokeredProcess =
  | { readonly type: 'port'; readonly message: PortMessage }
  | { readonly type: 'said'; readonly data: unknown };

/** A port that a process of the machine holds. */
export interface MirroredLease {
  readonly port: number;
  readonly process: string;
  /** As its runtime said last; null: it was handed out a moment ago. */
  readonly state: LeaseState | null;
}

export interface ProcessEnd {
  /** `exit code 0`, `signal SIGKILL` */
  readonly how: string;
  /** Ports that it held. */
  readonly gaveBack: number;
}

export interface BrokeredProcess {
  readonly id: string;
  readonly pid: number | undefined;
  /** Resolves when the process has ended and its ports are free. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks the program to come to its end. */
  abort(): void;
  kill(signal?: NodeJS.Signals): void;
}

interface Running {
  readonly child: ChildProcess;
  readonly leases: Map<number, LeaseState | null>;
  readonly undo: Map<number, () => void>;
}

/**
 * An emulated Windows client machine whose programs are processes of the system: RPCSS is here, the RPC runtimes with their
 * sockets are there. A process asks for each port over a link of its own and waits for the answer; when it ends, by
 * itself or killed, its ports are free, and nothing else frees one (KB814622).
 */
export class BrokeredMachine {
  readonly #options: BrokeredMachineOptions;
  readonly #ports: PortAllocator;
  readonly #running = new Map<string, Running>();
  #lastUndo = 0;

  /** Throws LocalMisuseError for an address that is not on loopback. */
  constructor(options: BrokeredMachineOptions) {
    checkExposure(udpNetwork, options.address, {});
    this.#options = options;
    this.#ports = new PortAllocator(options.pool);
  }

  /** Ports that no process holds. */
  get available(): number {
    return this.#ports.available;
  }

  /** Starts the program of a module, which calls `attachToMachine`. Throws LocalMisuseError while one of the same id runs. */
  spawn(id: string, module: URL, data: unknown, onSaid: (data: unknown) => void = () => {}): BrokeredProcess {
    if (this.#running.has(id)) throw new LocalMisuseError(`process ${id} runs already`);
    const child = fork(module, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'] });
    const running: Running = { child, leases: new Map(), undo: new Map() };
    this.#running.set(id, running);
    serveLink(child.stdio[4] as Duplex, (request) => this.#answer(running, request));
    child.on('message', (message: FromBrokeredProcess) => {
      if (message.type === 'said') onSaid(message.data);
      else follow(running.leases, message.message);
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    }).then((how) => ({ how, gaveBack: this.#end(id, running) }));
    tell(child, this.#startOf(id, data));
    return {
      id,
      pid: child.pid,
      ended,
      abort: () => tell(child, { type: 'abort' }),
      kill: (signal = 'SIGKILL') => child.kill(signal),
    };
  }

  /** Every port that is handed out, with what its process does with it. */
  leases(): readonly MirroredLease[] {
    return [...this.#running].flatMap(([process, { leases }]) =>
      [...leases].map(([port, state]) => ({ port, process, state })),
    );
  }

  /** Of all processes, or of one. A port that was handed out a moment ago is in use. */
  snapshot(id?: string): PortSnapshot {
    const count = { 'in-use': 0, closing: 0, recycled: 0, leaked: 0, skipped: 0, available: 0 };
    for (const { process, state } of this.leases()) {
      if (id === undefined || process === id) count[state ?? 'in-use']++;
    }
    const { closing, recycled, leaked } = count;
    return { pool: this.#ports.size, inUse: count['in-use'], closing, recycled, leaked };
  }

  /** Switches the machine off: every process is killed. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#running.values()].map(
        ({ child }) =>
          new Promise<void>((resolve) => {
            child.once('exit', () => resolve());
            child.kill('SIGKILL');
          }),
      ),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startOf(id: string, data: unknown): ProcessStart {
    const { address, pool, runtime, settings = {}, hosts } = this.#options;
    const targets = hosts.flatMap(({ model, address: host, mapperPort }) =>
      [model, ...model.nodes].map(({ name }) => ({ name: name.toLowerCase(), host, mapperPort })),
    );
    return { type: 'start', id, address, poolSize: pool.size, runtime, settings, targets, data };
  }

  #answer({ leases, undo }: Running, request: LinkRequest): number {
    if (request.ask === 'port') {
      const port = this.#ports.take();
      if (port !== -1) leases.set(port, null);
      return port;
    }
    if (request.ask === 'undo') {
      undo.get(request.id)?.();
      undo.delete(request.id);
      return 0;
    }
    const { host: address, mapperPort, from, on } = request;
    const host = this.#options.hosts.find((each) => each.address === address && each.mapperPort === mapperPort);
    if (host === undefined) return -1;
    this.#lastUndo++;
    undo.set(this.#lastUndo, host.rejectNext(from, on));
    return this.#lastUndo;
  }

  #end(id: string, { leases, undo }: Running): number {
    this.#running.delete(id);
    for (const each of undo.values()) each();
    this.#ports.giveBack(leases.keys());
    for (const { child } of this.#running.values()) tell(child, { type: 'ports-came-back' });
    return leases.size;
  }
}

function follow(leases: Map<number, LeaseState | null>, { port, to }: PortMessage): void {
  if (leases.has(port) && to !== 'available') leases.set(port, to);
}

function tell(child: ChildProcess, message: ToBrokeredProcess): void {
  if (child.connected) child.send(message, () => {});
}
