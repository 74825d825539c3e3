import { readU32, writeU32 } from '../../../src/bytes/integers.ts';
import type { CallSemantics } from '../../../src/machine/call.ts';
import type { ClientEvent } from '../../../src/machine/cl/client/types.ts';
import { INITIAL_PDU } from '../../../src/machine/cl/message/fragment-size.ts';
import { DREP_BIG_ENDIAN, DREP_LITTLE_ENDIAN } from '../../../src/pdu/cl/index.ts';
import { seededRandom } from '../../../src/transport/random.ts';
import type { LinkConditions } from '../../../src/transport/simulated-network.ts';
import { CLIENT, pair } from './pair.ts';

export const SETTINGS = 50;
export const CALLS = 20;
const MAX_STUB = 65_536;
const HEADER = 8;
/** Virtual time by which every call must have ended, ms: the slowest honest one takes some minutes at 40 % loss. */
const LONG_ENOUGH = 6 * 3_600_000;

export interface SoakResult {
  readonly answered: number;
  readonly failed: number;
  /** Breaches of what was promised, in words; empty: none. */
  readonly breaches: readonly string[];
  readonly datagrams: number;
}

/** One of the fifty networks with its pair of machines: the same for the same number. */
export function soakSetting(index: number) {
  const random = seededRandom(index * 7_919 + 1);
  const between = (low: number, high: number) => low + random() * (high - low);
  const sizes = [1_024, 1_464, 2_048, 4_096] as const;
  const size = () => sizes[Math.floor(random() * sizes.length)] ?? INITIAL_PDU;
  const link = (loss: number): Partial<LinkConditions> => ({
    loss,
    duplicate: between(0, 0.3),
    reorder: between(0, 0.3),
    reorderDelay: between(1, 1_500),
    latency: between(0.1, 100),
    jitter: between(0, 200),
  });
  const forth = link(Math.min(0.4, (index % 10) * 0.045));
  const back = index % 3 === 0 ? link(between(0, 0.4)) : forth;
  const [clientPdu, serverPdu] = [size(), size()];
  // Every tenth path drops what the machines think they may send: failures are in order there, wrong answers are not.
  const mtu = index % 10 === 9 ? INITIAL_PDU : Math.max(clientPdu, serverPdu);
  return {
    conditions: (from: { host: string }) => ({ ...(from.host === CLIENT.host ? forth : back), mtu }),
    clientOptions: {
      dialect: index % 4 === 3 ? 'c706' : 'windows',
      drep: index % 5 === 1 ? DREP_BIG_ENDIAN : DREP_LITTLE_ENDIAN,
      settings: {
        maxPdu: clientPdu,
        activitiesPerBinding: index % 2 === 0 ? Number.POSITIVE_INFINITY : 1 + (index % 3),
        overlap: index % 4 !== 1,
      },
    },
    serverOptions: {
      dialect: index % 7 === 4 ? 'c706' : 'windows',
      drep: index % 5 === 2 ? DREP_BIG_ENDIAN : DREP_LITTLE_ENDIAN,
      settings: { maxPdu: serverPdu },
    },
    inFlight: 1 + (index % 4),
  } as const;
}

/** Twenty calls of mixed kinds and sizes over one of the networks. */
export async function soakRun(index: number, seed: number): Promise<SoakResult> {
  const { inFlight, ...setting } = soakSetting(index);
  const random = seededRandom(seed * 131 + index);
  const breaches: string[] = [];
  const both = await pair({
    ...setting,
    seed: seed * 1_000 + index,
    work: () => (random() < 0.2 ? 4_000 * random() : 0),
    outcome: (stub) => ({ kind: 'response', stub: answerTo(stub) }),
    key: (stub) => String(readU32(stub, 0, true)),
  });
  const calls = Array.from({ length: CALLS }, (_, n) => ({
    stub: message(n, length(random), length(random)),
    semantics: (random() < 0.3 ? 'idempotent' : 'at-most-once') as CallSemantics,
  }));
  let answered = 0;
  let failed = 0;
  let started = 0;
  const open: { readonly id: number; readonly n: number }[] = [];
  while (started < CALLS || open.length > 0) {
    for (; started < CALLS && open.length < inFlight; started++) {
      const call = calls[started];
      if (call !== undefined) open.push({ id: both.call(call.stub, call.semantics), n: started });
    }
    const first = open.shift();
    if (first === undefined) break;
    const event = both.finish(first.id, LONG_ENOUGH);
    if (event === undefined) breaches.push(`call ${first.n} hangs`);
    else if (event.kind !== 'response') {
      failed += 1;
      if (!FAILURES.has(event.kind)) breaches.push(`call ${first.n} ended as ${event.kind}`);
    } else if (sameBytes(event.stub, answerTo(calls[first.n]?.stub ?? event.stub))) answered += 1;
    else breaches.push(`call ${first.n} got a wrong answer of ${event.stub.length} bytes`);
  }
  both.advance(2_000_000);
  for (const [n, times] of both.executed)
    if (times > 1 && calls[Number(n)]?.semantics === 'at-most-once')
      breaches.push(`at-most-once call ${n} was executed ${times} times`);
  for (const [what, count] of Object.entries({
    ...both.server.size,
    ...both.server.usage,
    ...leftOf(both.client.size),
  }))
    if (count > 0) breaches.push(`${count} ${what} left behind`);
  if (both.clock.next() !== null) breaches.push('a timer is left behind');
  const { packetsIn, packetsOut } = both.server.counters;
  return { answered, failed, breaches, datagrams: packetsIn + packetsOut };
}

const FAILURES: ReadonlySet<ClientEvent['kind']> = new Set(['no-answer', 'reject', 'violation']);

function leftOf({ activities, calls }: { activities: number; calls: number }) {
  return { 'client activities': activities, 'client calls': calls };
}

/** Small ones most often, the largest now and then. */
function length(random: () => number): number {
  const kind = random();
  return kind < 0.25 ? 0 : kind < 0.5 ? Math.floor(random() * 900) : Math.floor(random() ** 2 * (MAX_STUB - HEADER));
}

/** 0: number of the call, 4: bytes wanted back, then bytes that tell their place. */
function message(n: number, bytes: number, wanted: number): Uint8Array {
  const stub = pattern(n, HEADER + bytes);
  writeU32(stub, 0, n, true);
  writeU32(stub, 4, wanted, true);
  return stub;
}

function answerTo(stub: Uint8Array): Uint8Array {
  return pattern(readU32(stub, 0, true) + 77, readU32(stub, 4, true));
}

function pattern(n: number, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = (i * 31 + (i >> 8) * 17 + n) & 0xff;
  return out;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
