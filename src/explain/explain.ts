import { CaptureReader } from '../capture/capture-reader.ts';
import { decompressed } from '../capture/compression.ts';
import { DatagramReader } from '../capture/datagram-reader.ts';
import type { Packet } from '../capture/packet.ts';
import { countPorts, mergeRanges, type PortRange } from '../ports/ranges.ts';
import { isClusError, RemoteProtocolError } from '../status/errors.ts';
import { invalidOption, LARGEST_PORT } from '../status/options.ts';
import { Clocks } from './clocks.ts';
import { doubtsOf } from './doubts.ts';
import { Follower } from './follower.ts';
import type { ForecastBasis } from './host-forecast.ts';
import { hostPorts } from './host-ports.ts';
import { Judge } from './judge.ts';
import { EXPLAIN_SETTINGS, type ExplainSettings } from './limits.ts';
import type { HostPorts } from './port-types.ts';
import { PortWatch } from './port-watch.ts';
import { type CaptureFile, type CaptureSource, captureFiles } from './source.ts';
import type { Explanation, RpcTotals, SourceFacts } from './types.ts';

/** What `explain` is told beside the capture. */
export interface ExplainOptions {
  /** Ports in the pool of the client hosts, for the forecast; default: those of `ports`, else `settings.assumedPool`, or more if more were seen. */
  readonly pool?: number | undefined;
  /** The RPC ports of the client hosts: their pool, and a port outside of them is no port of RPC's. */
  readonly ports?: readonly PortRange[] | undefined;
  readonly settings?: Partial<ExplainSettings> | undefined;
  /** Aborted: rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: the capture ends there, and what came until then is told. */
  readonly until?: AbortSignal | undefined;
  /** After each chunk. */
  readonly onProgress?: ((progress: ExplainProgress) => void) | undefined;
}

/** How far the reading has come. */
export interface ExplainProgress {
  /** Read so far, as the files have them. */
  readonly bytes: number;
  /** In all files; null: nobody knows. */
  readonly totalBytes: number | null;
  readonly packets: number;
}

/** Hosts whose ports are listed. */
const LISTED_HOSTS = 32;

/**
 * Says what went wrong in a capture of RPC traffic (pcap or pcapng, of one file or several), in one pass and in memory that does not grow with it.
 * A file that breaks its format after the first packet is explained up to there (`source.damage`). Rejects with
 * RemoteProtocolError (ERR_CLUSRPC_INVALID_INPUT) for what is no capture, LocalMisuseError for a file that cannot be read.
 */
export async function explain(source: CaptureSource, options: ExplainOptions = {}): Promise<Explanation> {
  const settings = { ...EXPLAIN_SETTINGS, ...options.settings };
  const { signal, until, onProgress } = options;
  const ranges = options.ports === undefined ? null : mergeRanges(options.ports);
  const pool = options.pool ?? (ranges === null ? undefined : countPorts(ranges));
  if (pool !== undefined && !(Number.isInteger(pool) && pool > 0 && pool <= LARGEST_PORT)) {
    throw invalidOption(`a pool cannot have ${pool} ports`);
  }
  const files = await captureFiles(source);
  const run = new Run(settings, ranges, files);
  const sizes = files.map(({ size }) => size);
  const totalBytes = sizes.includes(null) ? null : sizes.reduce((sum: number, size) => sum + (size ?? 0), 0);
  let bytes = 0;
  async function* counted({ chunks }: CaptureFile): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks()) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  const isOver = (): boolean => until?.aborted === true;
  for (const file of files) {
    if (isOver()) break;
    run.begin(file);
    try {
      for await (const chunk of decompressed(counted(file))) {
        signal?.throwIfAborted();
        if (isOver() || !run.push(chunk)) break;
        onProgress?.({ bytes, totalBytes, packets: run.packets });
      }
    } catch (error) {
      run.damaged(error);
    }
    run.finish();
  }
  signal?.throwIfAborted();
  const knowsRecycleTime = options.settings?.recycleAfterMs !== undefined;
  const names = files.flatMap((file) => file.name ?? []);
  const name = typeof source === 'string' ? source : names.length > 0 ? names.join(', ') : null;
  return run.end(name, { pool, knowsRecycleTime });
}

/** One capture on its way through the rooms. */
class Run {
  bytes = 0;
  packets = 0;
  readonly #settings: ExplainSettings;
  readonly #times = { firstMs: Number.NaN, lastMs: Number.NaN };
  readonly #datagrams = new DatagramReader({}, (error) => this.#follower.icmp(error));
  readonly #clocks = new Clocks();
  #reader: CaptureReader | null = null;
  readonly #files: readonly CaptureFile[];
  readonly #read: { readonly name: string; packets: number }[] = [];
  readonly #ports: PortWatch;
  readonly #judge: Judge;
  readonly #follower: Follower;
  #damage: string | null = null;
  #cutShortAt: number | null = null;
  readonly #snapped = { packets: 0, bytes: 0 };
  /** Packets of the files before this one. */
  #before = 0;
  #name: string | null = null;

  constructor(settings: ExplainSettings, ranges: readonly PortRange[] | null, files: readonly CaptureFile[]) {
    this.#settings = settings;
    this.#files = files;
    this.#ports = new PortWatch(settings, ranges);
    this.#judge = new Judge(settings, this.#times);
    this.#follower = new Follower(settings, this.#ports, {
      onCall: (call, conversation) => this.#judge.call(call, conversation),
      onConversation: (conversation) => this.#judge.conversation(conversation),
    });
  }

  begin({ name }: CaptureFile): void {
    this.#before = this.packets;
    this.#name = name;
    this.#reader = new CaptureReader((packet) => this.#packet(packet));
  }

  /** False: the file is damaged here, and nothing more can be read. */
  push(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    // No Buffer further in: its slices are views, by which a UUID that is kept would keep the whole chunk.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    try {
      this.#reader?.push(bytes);
      return true;
    } catch (error) {
      this.damaged(error);
      return false;
    }
  }

  /** What breaks the format after the first packet is a fact about the file, and no reason to keep what was read. */
  damaged(error: unknown): void {
    if (!isClusError(error) || error.code !== 'ERR_CLUSRPC_INVALID_INPUT') throw error;
    const isOneOfMany = this.#files.length > 1;
    const message = isOneOfMany ? `${this.#name}: ${error.message}` : error.message;
    if (this.packets === this.#before) {
      if (!isOneOfMany || !(error instanceof RemoteProtocolError)) throw error;
      const { advice } = error;
      throw new RemoteProtocolError(message, {
        code: error.code,
        cause: error,
        ...(advice !== undefined && { advice }),
      });
    }
    this.#damage ??= message;
    this.#reader = null;
  }

  /** The file that was begun is at its end. */
  finish(): void {
    try {
      this.#cutShortAt ??= this.#reader?.end().cutShortAt ?? null;
    } catch (error) {
      this.damaged(error);
    }
    if (this.#name !== null) this.#read.push({ name: this.#name, packets: this.packets - this.#before });
  }

  end(name: string | null, known: Omit<ForecastBasis, 'settings'>): Explanation {
    const source = this.#source(name);
    this.#follower.end();
    const { firstMs: baseMs } = this.#times;
    const settings = this.#settings;
    const watches = this.#ports.hosts.toSorted((a, b) => b.counts.opens - a.counts.opens);
    for (const watch of watches) watch.settle(this.#times.lastMs);
    const hosts: readonly HostPorts[] = watches
      .map((watch) => hostPorts(watch, { ...known, settings, baseMs }))
      .toSorted((a, b) => Number(b.verdict === 'leak') - Number(a.verdict === 'leak'));
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

  #packet(packet: Packet): void {
    this.packets += 1;
    const ms = packet.seconds * 1000 + packet.nanoseconds / 1e6;
    if (this.packets === 1) this.#times.firstMs = ms;
    this.#times.lastMs = ms;
    // Packets are numbered through all files, as where mergecap made one of them.
    const numbered = this.#before === 0 ? packet : { ...packet, number: this.packets };
    this.#clocks.see(numbered.number, ms, packet.interfaceId);
    if (packet.data.length < packet.originalLength) {
      this.#snapped.packets += 1;
      this.#snapped.bytes = Math.max(this.#snapped.bytes, packet.data.length);
    }
    const datagram = this.#datagrams.read(numbered);
    if (datagram !== null) this.#follower.datagram(datagram);
  }

  #source(name: string | null): SourceFacts {
    const { counts, reassembly, unfinished } = this.#datagrams;
    const { firstMs, lastMs } = this.#times;
    return {
      name,
      packets: this.packets,
      bytes: this.bytes,
      files: this.#read,
      cutShortAt: this.#cutShortAt,
      snapped: this.#snapped.packets === 0 ? null : { ...this.#snapped },
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
