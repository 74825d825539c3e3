import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '../../src/explain/index.ts';
import { type TrafficCounts, traffic, unanswered } from './traffic.ts';

/** By name: `tsx scripts/bench/explain.ts [packets]`. Our time beside tshark's own for the same file, in turn, in one run. */
const PACKETS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;
/** MiB resident at most, in each quarter of the file. */
const peaks: number[] = [];

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-bench-'));
const file = join(directory, 'traffic.pcap');
try {
  const counts = write(file);
  const runs: { readonly ours: number; readonly fields: number; readonly count: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await timed(() => check(counts));
    // What a script needs that counts calls itself, and the least that tshark does with a file.
    const fields = await timed(() =>
      tshark('-Y', 'dcerpc', '-T', 'fields', '-e', 'dcerpc.dg_act_id', '-e', 'dcerpc.dg_seqnum'),
    );
    const count = await timed(() => tshark('-q', '-z', 'io,stat,0'));
    runs.push({ ours, fields, count });
  }
  const [ours, fields, count] = [
    median(runs.map((r) => r.ours)),
    median(runs.map((r) => r.fields)),
    median(runs.map((r) => r.count)),
  ];
  print(`explain, ${PACKETS} packets`, ours, `${Math.round(PACKETS / ours).toLocaleString('en-US')} packets/s`);
  print('tshark, fields of every PDU', fields, `explain takes ${(ours / fields).toFixed(2)} of it (aim 0.25)`);
  print('tshark, packets counted', count, `explain takes ${(ours / count).toFixed(2)} of it (aim at most 2)`);
  for (const packets of [62_500, 125_000, 250_000, 500_000]) {
    const capture = Buffer.concat([...unanswered(packets)]);
    const seconds = await timed(async () => {
      const { hosts } = await explain(capture, { settings: { ports: packets } });
      const ports = hosts.reduce((sum, { distinctPorts }) => sum + distinctPorts, 0);
      if (ports !== packets) throw new Error(`${ports} ports seen of ${packets}`);
    });
    const each = ((1e6 * seconds) / packets).toFixed(1);
    print(`explain, ${packets} ports without an answer`, seconds, `${each} µs a packet (aim: the same in each line)`);
  }
  process.stdout.write(
    `memory in each quarter of the file: ${peaks.map((peak) => `${Math.round(peak)} MiB`).join(', ')}\n`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function write(path: string): TrafficCounts {
  const counts: TrafficCounts = { packets: 0, calls: 0, retransmissions: 0, callbacks: 0 };
  const descriptor = openSync(path, 'w');
  let pending: Uint8Array[] = [];
  for (const bytes of traffic(PACKETS, counts)) {
    if (pending.push(bytes) < 10_000) continue;
    writeSync(descriptor, Buffer.concat(pending));
    pending = [];
  }
  writeSync(descriptor, Buffer.concat(pending));
  closeSync(descriptor);
  return counts;
}

async function check(counts: TrafficCounts): Promise<void> {
  const { rpc, source } = await explain(file, {
    onProgress: ({ packets }) => {
      const quarter = Math.min(3, Math.floor((4 * packets) / PACKETS));
      peaks[quarter] = Math.max(peaks[quarter] ?? 0, process.memoryUsage().rss / 1024 / 1024);
    },
  });
  const found = [source.packets, rpc.calls, rpc.retransmissions, rpc.callbacks.calls];
  const made = [counts.packets, counts.calls, counts.retransmissions, counts.callbacks];
  if (String(found) !== String(made)) throw new Error(`found ${found}, but made ${made}`);
}

function tshark(...args: string[]): void {
  execFileSync('tshark', ['-n', '--disable-protocol', 'wg', '--disable-protocol', 'tapa', '-r', file, ...args], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
}

async function timed(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(what: string, seconds: number, note: string): void {
  process.stdout.write(`${what.padEnd(34)} ${seconds.toFixed(2).padStart(8)} s   ${note}\n`);
}
