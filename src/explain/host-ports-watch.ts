import { CLUSAPI_V3_OPERATIONS } from '../interface/clusapi/operations.ts';
import { countPorts, isInRanges, type PortRange } from '../ports/ranges.ts';
import type { Call } from './call.ts';
import type { Conversation } from './conversation.ts';
import { DueQueue } from './due-queue.ts';
import type { ExplainSettings } from './limits.ts';
import { PortReturns } from './port-returns.ts';
import type { GrowthPoint } from './port-types.ts';
import { ProcessLives } from './process-lives.ts';
import { Thinned } from './thinned.ts';

/** What is going on between the first packet of an open and its close. */
export interface WatchedUse {
  readonly port: number;
  readonly startMs: number;
  endMs: number;
  /**
   * mapping → mapped: the endpoint mapper is asked and has answered. opening → open → closed: ClusAPI calls, ApiOpenCluster
   * answered, ApiCloseCluster answered. failed: out of every state before open.
   */
  state: 'mapping' | 'mapped' | 'opening' | 'open' | 'closed' | 'failed';
  /** Key of the newest conversation in it. */
  conversation: string;
  /** Its newest call. */
  call: Call;
  /** Since when it is closed or failed. */
  endedMs: number;
}

export interface WatchedCounts {
  opens: number;
  closed: number;
  failed: number;
  reusedAfterFailure: number;
  reusedAfterClose: number;
  freshPastFailed: number;
  freshPastClosed: number;
  /** Sum over closed uses, ms. */
  heldMs: number;
}

const { ApiOpenCluster, ApiOpenClusterEx, ApiGetClusterName, ApiCloseCluster } = CLUSAPI_V3_OPERATIONS;
const OPENS: ReadonlySet<number> = new Set([ApiOpenCluster, ApiOpenClusterEx]);
/** With one of these an open begins ([MS-CMRP] 3.2.3.3). */
const BEGINS: ReadonlySet<number> = new Set([...OPENS, ApiGetClusterName]);

/** The ports of one client host, as a firewall in front of it sees them. */
export class HostPortsWatch {
  readonly host: string;
  readonly counts: WatchedCounts = {
    opens: 0,
    closed: 0,
    failed: 0,
    reusedAfterFailure: 0,
    reusedAfterClose: 0,
    freshPastFailed: 0,
    freshPastClosed: 0,
    heldMs: 0,
  };
  readonly uses: Thinned<WatchedUse>;
  readonly growth: Thinned<GrowthPoint>;
  readonly processes = new ProcessLives();
  readonly returns = new PortReturns();
  /** The RPC ports of the host, where somebody told them: a port outside them is none that RPCSS gave. */
  readonly ranges: readonly PortRange[] | null;
  /** Opens on ports outside of them. */
  outside = 0;
  /** When each of them was lost; null: some are left, or nobody told which they are. */
  usedUpMs: number | null = null;
  /** Ports that lay idle after a close for longer than the recycle time when a fresh one was taken last. */
  missing = 0;
  firstMs = 0;
  lastMs = 0;
  lowest = 65_535;
  highest = 0;
  readonly #settings: ExplainSettings;
  /** The newest use of each port. */
  readonly #ports = new Map<number, WatchedUse>();
  /** Uses with an unanswered call. */
  readonly #pending: DueQueue<{ readonly use: WatchedUse; readonly call: Call }>;
  readonly #isPending = new Set<WatchedUse>();
  /** Ports that lie idle after a failure, and after a close: for less than the recycle time, oldest first, or for longer. */
  readonly #idleFailed = new Set<number>();
  readonly #resting: DueQueue<WatchedUse>;
  readonly #rested = new Set<number>();

  constructor(host: string, settings: ExplainSettings, ranges: readonly PortRange[] | null) {
    this.host = host;
    this.ranges = ranges;
    this.#settings = settings;
    this.#pending = new DueQueue(settings.patienceMs);
    this.#resting = new DueQueue(settings.recycleAfterMs);
    this.uses = new Thinned(settings.points);
    this.growth = new Thinned(settings.points);
  }

  get distinctPorts(): number {
    return this.#ports.size;
  }

  /** Ports on which an open failed and which were not used again. */
  get abandoned(): ReadonlySet<number> {
    return this.#idleFailed;
  }

  knows(port: number): boolean {
    return this.#ports.has(port);
  }

  /** A call begins. */
  begin(port: number, conversation: Conversation, call: Call, ms: number): void {
    this.settle(ms);
    const before = this.#ports.get(port);
    const isMapper = call.interface.role === 'mapper';
    const continues = before !== undefined && !startsAnew(before, conversation, call);
    const use = continues ? before : this.#newUse(port, before, conversation, call, ms);
    if (continues && use.state === 'failed') this.#resume(use, isMapper);
    if (!isMapper && (use.state === 'mapping' || use.state === 'mapped')) use.state = 'opening';
    else if (isMapper && use.state === 'opening' && !continues) use.state = 'mapping';
    use.conversation = conversation.key;
    use.endMs = ms;
    use.call = call;
    this.#isPending.add(use);
    this.#pending.push({ use, call }, ms);
  }

  /** A call has its result. */
  end(port: number, call: Call, failed: boolean, ms: number): void {
    const use = this.#ports.get(port);
    if (use === undefined || use.call !== call) return;
    const {
      opnum,
      interface: { role },
    } = call;
    // The result came after the client had been silent for so long that the call seemed to be lost.
    if (!this.#isPending.delete(use) && use.state === 'failed') this.#resume(use, role === 'mapper');
    use.endMs = ms;
    const isUnderWay = use.state === 'mapping' || use.state === 'mapped' || use.state === 'opening';
    if (failed && isUnderWay) this.#fail(use, ms);
    else if (role === 'mapper') use.state = use.state === 'mapping' ? 'mapped' : use.state;
    else if (OPENS.has(opnum)) use.state = 'open';
    else if (opnum === ApiCloseCluster && use.state !== 'closed') this.#close(use, ms);
  }

  /** Opens whose call has been given up by now have failed, at the last word of the client. */
  settle(nowMs: number): void {
    for (const pending of this.#pending.due(nowMs)) {
      const { use, call } = pending;
      if (use.call !== call || !this.#isPending.has(use)) continue;
      const { result, lastMs } = call;
      if (result === null && nowMs - lastMs <= this.#settings.patienceMs) {
        this.#pending.push(pending, lastMs);
        continue;
      }
      this.#isPending.delete(use);
      if (result !== null) continue;
      use.endMs = lastMs;
      if (use.state === 'mapping' || use.state === 'opening') this.#fail(use, lastMs);
    }
  }

  #newUse(
    port: number,
    before: WatchedUse | undefined,
    conversation: Conversation,
    call: Call,
    ms: number,
  ): WatchedUse {
    const { counts } = this;
    if (counts.opens === 0) this.firstMs = ms;
    this.lastMs = ms;
    counts.opens += 1;
    if (before === undefined) this.#takeFresh(ms);
    else if (before.conversation !== conversation.key) {
      if (before.state === 'failed') counts.reusedAfterFailure += 1;
      else if (before.state === 'closed') counts.reusedAfterClose += 1;
    }
    if (!this.#isInside(port)) this.outside += 1;
    else if (before?.state === 'failed' || before?.state === 'closed') {
      this.returns.returned(before.state, before.endedMs, ms);
      if (before.state === 'failed') this.processes.returned(before.endedMs, ms);
    }
    this.#idleFailed.delete(port);
    this.#rested.delete(port);
    const use: WatchedUse = {
      port,
      startMs: ms,
      endMs: ms,
      state: 'opening',
      conversation: conversation.key,
      call,
      endedMs: ms,
    };
    this.#ports.set(port, use);
    this.lowest = Math.min(this.lowest, port);
    this.highest = Math.max(this.highest, port);
    this.uses.add(use);
    this.growth.add({ ms, opens: counts.opens, distinctPorts: this.#ports.size, abandoned: this.#idleFailed.size });
    return use;
  }

  /** A port never seen before, though others lay idle: where ports come back, one of those would have been taken. */
  #takeFresh(ms: number): void {
    const { counts } = this;
    if (this.#idleFailed.size > 0) counts.freshPastFailed += 1;
    for (const use of this.#resting.due(ms)) {
      // One that was used since is here by another use.
      if (use.state === 'closed' && this.#ports.get(use.port) === use) this.#rested.add(use.port);
    }
    this.missing = this.#rested.size;
    if (this.missing > 0) counts.freshPastClosed += 1;
  }

  #isInside(port: number): boolean {
    return this.ranges === null || isInRanges(port, this.ranges);
  }

  #fail(use: WatchedUse, ms: number): void {
    use.state = 'failed';
    use.endedMs = ms;
    this.counts.failed += 1;
    if (!this.#isInside(use.port)) return;
    this.#idleFailed.add(use.port);
    if (this.ranges !== null && this.#idleFailed.size >= countPorts(this.ranges)) this.usedUpMs ??= ms;
    this.returns.ended('failed', ms);
  }

  #close(use: WatchedUse, ms: number): void {
    use.state = 'closed';
    use.endedMs = ms;
    this.counts.closed += 1;
    this.counts.heldMs += ms - use.startMs;
    if (!this.#isInside(use.port)) return;
    this.#resting.push(use, ms);
    this.returns.ended('closed', ms);
  }

  /** The same activity tries again on its port: it had not failed for good. */
  #resume(use: WatchedUse, isMapper: boolean): void {
    use.state = isMapper ? 'mapping' : 'opening';
    this.counts.failed -= 1;
    if (this.#idleFailed.delete(use.port)) this.returns.resumed('failed', use.endedMs);
  }
}

/** Whether a call on a known port is the beginning of another open. */
function startsAnew({ state, conversation: key }: WatchedUse, conversation: Conversation, call: Call): boolean {
  const isSame = key === conversation.key;
  if (state === 'closed') return !isSame || (call.interface.role === 'clusapi' && BEGINS.has(call.opnum));
  if (state === 'failed') return !isSame;
  // Of the open before the close is not in the capture.
  if (state === 'open') return !isSame && call.interface.role === 'clusapi' && BEGINS.has(call.opnum);
  return state === 'mapped' && call.interface.role === 'mapper' && !isSame;
}
