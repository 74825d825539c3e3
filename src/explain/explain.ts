import { type CaptureEnd, CaptureReader } from '../capture/capture-reader.ts';
import { DatagramReader } from '../capture/datagram-reader.ts';
import { countPorts, mergeRanges, type PortRange } from '../ports/ranges.ts';
import { isClusError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { Clocks } from './clocks.ts';
import { doubtsOf } from './doubts.ts';
import { Follower } from './follower.ts';
import type { ForecastBasis } from './host-forecast.ts';
import { hostPorts } from './host-ports.ts';
import { Judge } from './judge.ts';
import { EXPLAIN_SETTINGS, type ExplainSettings } from './limits.ts';
import { PortWatch } from './port-watch.ts';
import { type CaptureSource, chunksOf } from './source.ts';
import type { Explanation, HostPorts, RpcTotals, SourceFacts } from './types.ts';

/** What `explain` is told beside the capture. */
export interface ExplainOptions {
  /** Ports in the pool of the client hosts, for the forecast; default: those of `ports`, else `settings.assumedPool`, or more if more were seen. */
  readonly pool?: number | undefined;
  /** The RPC ports of the client hosts: their pool, and a port outside of them is no port of RPC's. */
  readonly ports?: readonly PortRange[] | undefined;
  readonly settings?: Partial<ExplainSettings> | undefined;
  /** Aborted: rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** After each chunk. */
  readonly onProgress?: ((progress: { readonly bytes: number; readonly packets: number }) => void) | undefined;
}

/** Hosts whose ports are listed. */
const LISTED_HOSTS = 32;

/**
 * Says what went wrong in a capture of RPC traffic (pcap or pcapng), in one pass and in memory that does not grow with it.
 * A file that breaks its format after the first packet is explained up to there (`source.damage`). Rejects with
 * RemoteProtocolError (ERR_CLUSRPC_INVALID_INPUT) for what is no capture, LocalMisuseError for a file that cannot be read.
 */
export async function explain(source: CaptureSource, options: ExplainOptions = {}): Promise<Explanation> {
  const settings = { ...EXPLAIN_SETTINGS, ...options.settings };
  const { signal, onProgress } = options;
  const ranges = options.ports === undefined ? null : mergeRanges(options.ports);
  const pool = options.pool ?? (ranges === null ? undefined : countPorts(ranges));
  if (pool !== undefined && !(Number.isInteger(pool) && pool > 0 && pool <= 65_535)) {
    throw invalidOption(`a pool cannot have ${pool} ports`);
  }
  const run = new Run(settings, ranges);
  for await (const chunk of chunksOf(source)) {
    signal?.throwIfAborted();
    if (!run.push(chunk)) break;
    onProgress?.({ bytes: run.bytes, packets: run.packets });
  }
  signal?.throwIfAborted();
  const knowsRecycleTime = options.settings?.recycleAfterMs !== undefined;
  return run.end(typeof source === 'string' ? source : null, { pool, knowsRecycleTime });
}

/** One capture on its way through the rooms. */
class Run {
  bytes = 0;
  packets = 0;
  readonly #settings: ExplainSettings;
  readonly #times = { firstMs: Number.NaN, lastMs: Number.NaN };
  readonly #datagrams = new DatagramReader({}, (error) => this.#follower.icmp(error));
  readonly #clocks = new Clocks();
  readonly #reader: CaptureReader;
  readonly #ports: PortWatch;
  readonly #judge: Judge;
  readonly #follower: Follower;
  #damage: string | null = null;

  constructor(settings: ExplainSettings, ranges: readonly PortRange[] | null) {
    this.#settings = settings;
    this.#ports = new PortWatch(settings, ranges);
    this.#judge = new Judge(settings, this.#times);
    this.#follower = new Follower(settings, this.#ports, {
      onCall: (call, conversation) => this.#judge.call(call, conversation),
      onConversation: (conversation) => this.#judge.conversation(conversation),
    });
    this.#reader = new CaptureReader((packet) => {
      this.packets += 1;
      const ms = packet.seconds * 1000 + packet.nanoseconds / 1e6;
      if (this.packets === 1) this.#times.firstMs = ms;
      this.#times.lastMs = ms;
      this.#clocks.see(packet.number, ms, packet.interfaceId);
      const datagram = this.#datagrams.read(packet);
      if (datagram !== null) this.#follower.datagram(datagram);
    });
  }

  /** False: the file is damaged here, and nothing more can be read. */
  push(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    // No Buffer further in: its slices are views, by which a UUID that is kept would keep the whole chunk.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    return this.#guard(() => this.#reader.push(bytes)) !== null;
  }

  end(name: string | null, known: Omit<ForecastBasis, 'settings'>): Explanation {
    const end = this.#damage === null ? this.#guard(() => this.#reader.end()) : null;
    const source = this.#source(name, end ?? null);
    this.#follower.end();
    const { firstMs: baseMs } = this.#times;
    const settings = this.#settings;
    const watches = this.#ports.hosts.toSorted((a, b) => b.counts.opens - a.counts.opens);
    for (const watch of watches) watch.settle(this.#times.lastMs);
    const hosts: readonly HostPorts[] = watches.map((watch) => hostPorts(watch, { ...known, settings, baseMs }));
    const rpc = this.#totals();
    const { findings, omitted, answered } = this.#judge;
    const { boots, counts } = this.#follower;
    findings.judgeCapture({
      source,
      rpc,
      hosts,
      answered,
      baseMs,
      boots,
      clocks: this.#clocks.facts,
      early: counts.early,
    });
    const list = findings.list();
    const hasProblem = list.some(({ severity }) => severity === 'problem');
    const { answersOnly, unexplained } = this.#judge;
    const doubts = doubtsOf({ source, rpc, answersOnly, unexplained });
    return {
      schema: 'clusrpc/explain/1',
      source,
      rpc,
      findings: list,
      hosts: hosts.slice(0, LISTED_HOSTS),
      conversations: this.#judge.conversations,
      omitted: {
        ...omitted,
        evicted: this.#follower.evicted,
        hosts: Math.max(0, hosts.length - LISTED_HOSTS),
        unfollowedCalls: this.#ports.unfollowedCalls,
        findings: findings.omitted,
      },
      doubts,
      verdict: rpc.pdus === 0 ? 'nothing' : hasProblem ? 'problems' : doubts.length > 0 ? 'unknown' : 'fine',
    };
  }

  /** What breaks the format after the first packet is a fact about the file, and no reason to keep what was read. */
  #guard<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!isClusError(error) || this.packets === 0) throw error;
      this.#damage = error.message;
      return null;
    }
  }

  #source(name: string | null, end: CaptureEnd | null): SourceFacts {
    const { counts, reassembly, unfinished } = this.#datagrams;
    const { firstMs, lastMs } = this.#times;
    return {
      name,
      packets: this.packets,
      bytes: this.bytes,
      cutShortAt: end?.cutShortAt ?? null,
      damage: this.#damage,
      firstTime: this.packets === 0 ? null : firstMs,
      durationMs: this.packets === 0 ? 0 : lastMs - firstMs,
      kinds: { ...counts },
      ipReassembly: { ...reassembly, unfinished },
    };
  }

  #totals(): RpcTotals {
    const { counts, types } = this.#follower;
    const { calls, callsWithoutRequest, results, callbacks, unconfirmed } = this.#judge;
    const { lookalikes, lenient, malformed, cutShort, cutHeaders } = counts;
    return {
      pdus: counts.pdus,
      bytes: counts.bytes,
      types: { ...types },
      conversations: counts.conversations,
      calls,
      callsWithoutRequest,
      results: { ...results },
      callbacks: { ...callbacks },
      retransmissions: counts.retransmissions,
      duplicates: counts.duplicates,
      recognition: { lookalikes, lenient, malformed, cutShort, cutHeaders, unconfirmed },
    };
  }
}
