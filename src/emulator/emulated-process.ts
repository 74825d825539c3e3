import { channel } from 'node:diagnostics_channel';
import type { Uuid } from '../bytes/uuid.ts';
import { isAddressInUse } from '../client/bind-first.ts';
import type { SessionLimits } from '../client/cluster-queries.ts';
import {
  type ClusterSession,
  type ClusterTarget,
  openSession,
  withClose,
  withQueries,
} from '../client/cluster-session.ts';
import { runWithin } from '../client/deadline.ts';
import type { Logon } from '../client/logon.ts';
import { logonFor } from '../client/open-logon.ts';
import { reconnecting } from '../client/reconnect.ts';
import { RpcClient } from '../client/rpc-client.ts';
import type { ClientProcess } from '../ports/broker.ts';
import type { LeaseState, PortLease } from '../ports/lease.ts';
import type { FailureKind, RuntimeOptions } from '../ports/profiles.ts';
import type { DatagramRuntime, OpenResult } from '../ports/runtime.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Timer } from '../transport/clock.ts';
import type { EmulatedOpenLimits, MachineFace, PortMessage } from './machine-face.ts';
import {
  brokenSocket,
  failureKind,
  type InjectedFailure,
  noMemoryPlace,
  outOfMemory,
  withoutMemory,
} from './open-failures.ts';
import { PortWaits } from './port-waits.ts';

const ports = channel('clusrpc:port');

/** One program on an emulated client machine. Its sockets are those of its port leases: no more, no fewer. */
export class EmulatedProcess {
  readonly id: string;
  readonly #machine: MachineFace;
  readonly #process: ClientProcess;
  readonly #addressSpace: Uuid;
  readonly #sockets = new Map<number, RpcClient>();
  readonly #closings = new Set<Promise<void>>();
  readonly #waits: PortWaits;
  #timer: Timer | null = null;
  #reconnects = 0;
  #ended: Promise<void> | null = null;

  constructor(machine: MachineFace, id: string, options: RuntimeOptions) {
    this.id = id;
    this.#machine = machine;
    this.#addressSpace = machine.newUuid();
    this.#process = machine.broker.startProcess(id, options, {
      onChange: (lease, from) => this.#follow(lease, from),
      onGranted: (wait, lease) => this.#waits.grant(wait, lease),
    });
    this.#waits = new PortWaits(this.runtime);
  }

  /** Which ports this process holds, and how. */
  get runtime(): DatagramRuntime {
    return this.#process.runtime;
  }

  /** Ports with a socket, in order. */
  get boundPorts(): readonly number[] {
    return [...this.#sockets.keys()].sort((a, b) => a - b);
  }

  /** Opens that wait for a port, without a time limit, that no closing port will bring. */
  get blockedOpens(): number {
    return this.#waits.blocked;
  }

  /** Ends every wait that `blockedOpens` counts. */
  giveUpWaits(reason: unknown): void {
    this.#waits.rejectBlocked(reason);
  }

  /**
   * OpenCluster: a port from the broker, a socket on it, and the calls of an open. Throws Win32Error 1721 without a port (or waits,
   * by `onExhaustion`), 14 when memory is made to run out, and what openSession throws. `fail` decides over the
   * machine's own failures.
   */
  async open(
    to: string | ClusterTarget,
    limits: EmulatedOpenLimits = {},
    { fail = this.#machine.failures.next() }: { readonly fail?: InjectedFailure | null } = {},
  ): Promise<ClusterSession> {
    const session = await this.#connect(to, limits, fail);
    const { reconnect = 'none' } = limits;
    if (reconnect === 'none') return session;
    const dialled = typeof to === 'string' ? to : '';
    const again = (candidate: string, given: SessionLimits) => {
      this.#reconnects += 1;
      return this.#connect(candidate, { ...limits, ...given }, this.#machine.failures.next());
    };
    return reconnecting(session, { as: reconnect, dialled, open: again });
  }

  /** How often an open handle was opened anew, from another port each time. */
  get reconnects(): number {
    return this.#reconnects;
  }

  async #connect(
    to: string | ClusterTarget,
    limits: EmulatedOpenLimits,
    fail: InjectedFailure | null,
  ): Promise<ClusterSession> {
    this.#check();
    const target = typeof to === 'string' ? this.#machine.targetOf(to) : to;
    const { timeout, signal: outer, stageTimeout } = limits;
    const { clock } = this.#machine.network;
    const place = noMemoryPlace(fail);
    return runWithin({ clock, signal: outer, timeout, what: 'OpenCluster' }, async (signal) => {
      if (place === 'binding') throw outOfMemory();
      const granted = await this.#granted(this.runtime.open(clock.now()), signal, limits);
      if (place === 'socket') {
        this.runtime.fail(granted, 'no-memory', clock.now());
        throw outOfMemory();
      }
      const { lease, client } = await this.#bind(granted, fail, signal, limits);
      let logon: Logon | null = null;
      let undo = () => {};
      try {
        if (fail === 'reject') undo = this.#machine.rejectNext(target, client.local, 'ApiGetClusterName');
        logon = await logonFor(limits);
        const caller = place === 'call' ? withoutMemory(client) : client;
        const session = await openSession(caller, { ...target, ...(logon && { logon }) }, { signal, stageTimeout });
        if (place === 'handle') {
          await session.close();
          throw outOfMemory();
        }
        if (fail === 'call') this.#machine.rejectNext(target, client.local, 'request');
        return this.#session(
          lease,
          withClose(session, () => logon?.wipe()),
        );
      } catch (error) {
        logon?.wipe();
        this.#failed(lease, place === 'call' ? 'no-memory' : failureKind(error));
        throw error;
      } finally {
        undo();
      }
    });
  }

  /** The end of the program: every port goes back to the broker, and calls in progress end with LocalMisuseError. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#process.end(this.#machine.network.clock.now());
    // After it, since giving the closing ports back one by one sets the timer anew.
    this.#timer?.cancel();
    this.#machine.onEnd(this);
    this.#waits.rejectAll(this.#endedError());
    await Promise.all(this.#closings);
  }

  async #granted(result: OpenResult, signal: AbortSignal, limits: EmulatedOpenLimits): Promise<PortLease> {
    if (result.kind === 'leased') return result.lease;
    if (result.kind === 'waiting') return this.#waits.wait(result.wait, signal, limits.timeout === undefined);
    const advice =
      result.reason === 'exhausted'
        ? 'Every port of the range has leaked: only the end of this process gives them back (KB814622).'
        : 'Ports come back when handles are closed and their time is over: open less often, or allow more ports.';
    throw new Win32Error(result.error, 'OpenCluster', { advice });
  }

  async #bind(
    granted: PortLease,
    fail: InjectedFailure | null,
    signal: AbortSignal,
    limits: EmulatedOpenLimits,
  ): Promise<{ lease: PortLease; client: RpcClient }> {
    const { network, address, newUuid, settings } = this.#machine;
    for (let lease = granted; ; ) {
      try {
        const client = await RpcClient.open({
          network,
          localAddress: address,
          localPorts: [lease.port],
          addressSpace: this.#addressSpace,
          newUuid,
          dialect: 'windows',
          settings,
          ...brokenSocket(fail),
        });
        if (this.#ended !== null) {
          await client.close();
          throw this.#endedError();
        }
        this.#sockets.set(lease.port, client);
        return { lease, client };
      } catch (error) {
        if (this.#ended !== null) throw error;
        const now = network.clock.now();
        if (!isAddressInUse(error)) {
          this.runtime.fail(lease, 'no-memory', now);
          throw error;
        }
        lease = await this.#granted(this.runtime.skip(lease, now), signal, limits);
      }
    }
  }

  #session(lease: PortLease, session: ClusterSession): ClusterSession {
    let closing = false;
    return {
      ...withQueries(session, async (ask) => {
        try {
          return await ask();
        } catch (error) {
          if (!closing) this.#failedLater(lease, error);
          throw error;
        }
      }),
      close: (options) => {
        closing = true;
        return this.#close(lease, session, options);
      },
    };
  }

  async #close(lease: PortLease, session: ClusterSession, options?: { timeout?: number }): Promise<unknown> {
    const unconfirmed = await session.close(options);
    if (!this.#holds(lease)) return unconfirmed;
    const now = this.#machine.network.clock.now();
    if (unconfirmed === null || failureKind(unconfirmed) === null) this.runtime.close(lease, now);
    else this.runtime.fail(lease, 'close-failed', now);
    return unconfirmed;
  }

  /** A server that answered with a status of its own was reached: its port closes like any other. */
  #failed(lease: PortLease, kind: FailureKind | null): void {
    if (!this.#holds(lease)) return;
    const now = this.#machine.network.clock.now();
    if (kind === null) this.runtime.close(lease, now);
    else this.runtime.fail(lease, kind, now);
  }

  #failedLater(lease: PortLease, error: unknown): void {
    if (!this.#holds(lease) || failureKind(error) === null) return;
    this.runtime.fail(lease, 'call-failed-later', this.#machine.network.clock.now());
  }

  #holds(lease: PortLease): boolean {
    return this.#ended === null && lease.state === 'in-use';
  }

  /** In use: bound. Closing: still answers callbacks, and keeps nobody alive. Everything else: closed. */
  #follow(lease: PortLease, from: LeaseState): void {
    const { clock } = this.#machine.network;
    const { port, process, state } = lease;
    if (ports.hasSubscribers) {
      const time = clock.now();
      const message: PortMessage = { time, machine: this.#machine.address, process, port, from, to: state };
      ports.publish(message);
    }
    const client = this.#sockets.get(port);
    if (state === 'closing') client?.unref();
    else if (state !== 'in-use' && client !== undefined) {
      this.#sockets.delete(port);
      const closing = client.close().finally(() => this.#closings.delete(closing));
      this.#closings.add(closing);
    }
    if (state === 'closing' || from === 'closing') this.#armRecycling();
  }

  #armRecycling(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const { clock } = this.#machine.network;
    const at = this.#ended === null ? this.runtime.nextRecycleAt() : null;
    if (at === null) return;
    this.#timer = clock.at(at, () => {
      this.runtime.recycleDue(clock.now());
      this.#armRecycling();
    });
  }

  #check(): void {
    if (this.#ended !== null) throw this.#endedError();
  }

  #endedError(): LocalMisuseError {
    return new LocalMisuseError(`process ${this.id} has ended`);
  }
}
