import { ClClient } from '../../../src/machine/cl/client/client.ts';
import type { ClientEvent, ClientInput } from '../../../src/machine/cl/client/types.ts';
import type { Dialect } from '../../../src/machine/cl/dialects.ts';
import { ClServer } from '../../../src/machine/cl/server/server.ts';
import type { ServerEvent, ServerInput } from '../../../src/machine/cl/server/types.ts';
import { Endpoint } from '../../../src/transport/endpoint.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { SimulatedNetwork } from '../../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../../src/transport/virtual-clock.ts';
import { C706Client, type C706Outcome } from './c706/client.ts';
import { C706Server } from './c706/server.ts';
import { BOOT, CLIENT, ECHO, SERVER } from './pair.ts';
import { bytes } from './scripted.ts';

/** `peer`: the C706 end of the tests; a dialect: ours. */
export type End = 'peer' | Dialect;

export interface MixedRun {
  readonly client: End;
  readonly server: End;
  readonly loss: number;
  readonly seed: number;
  /** Stub bytes of the calls, one after the other. */
  readonly lengths: readonly number[];
}

export interface MixedResult {
  readonly calls: number;
  readonly failed: readonly string[];
  readonly twice: number;
  /** Virtual time of each call, ms. */
  readonly times: readonly number[];
}

type Say = (stub: Uint8Array, done: (outcome: C706Outcome) => void) => void;

/** At-most-once calls over a network that loses, doubles and reorders, between two ends of which one may not be ours. */
export async function mixedRun({ client, server, loss, seed, lengths }: MixedRun): Promise<MixedResult> {
  const clock = new VirtualClock();
  const conditions = { latency: 0.2, jitter: 1, loss, duplicate: loss, reorder: loss, reorderDelay: 5 };
  const network = new SimulatedNetwork({ clock, seed, conditions });
  const newUuid = uuidSource(seededRandom(seed + 1_000_000));
  const executed = new Map<string, number>();
  const execute = (stub: Uint8Array) => {
    const key = `${stub[0]} ${stub[1]}`;
    executed.set(key, (executed.get(key) ?? 0) + 1);
    return stub;
  };
  if (server === 'peer') await new C706Server({ network, bootTime: BOOT, newUuid, execute }).open(SERVER);
  else await openServer(server, network, newUuid, execute);
  const say = client === 'peer' ? await peerClient(network, newUuid) : await ourClient(client, network, newUuid);
  const failed: string[] = [];
  const times: number[] = [];
  for (const [n, length] of lengths.entries()) {
    const stub = bytes(Math.max(2, length));
    stub.set([n & 0xff, n >> 8]);
    const since = clock.now();
    const outcomes: C706Outcome[] = [];
    say(stub, (outcome) => outcomes.push(outcome));
    while (outcomes.length === 0 && clock.step(since + 600_000));
    const outcome = outcomes[0] ?? { failed: 'never ended' };
    times.push(clock.now() - since);
    if ('failed' in outcome) failed.push(outcome.failed);
    else if (Buffer.compare(outcome.stub, stub) !== 0) failed.push('wrong bytes');
  }
  return { calls: lengths.length, failed, twice: [...executed.values()].filter((times) => times > 1).length, times };
}

export async function openServer(
  dialect: Dialect,
  network: SimulatedNetwork,
  newUuid: () => Uint8Array,
  execute: (stub: Uint8Array) => Uint8Array,
  local = SERVER,
): Promise<void> {
  const end: Endpoint<ServerInput, ServerEvent> = await Endpoint.open({
    network,
    local,
    machine: new ClServer({ bootTime: BOOT, newUuid, dialect }),
    onEvent(event) {
      if (event.kind !== 'dispatch') return;
      const stub = execute(event.stub);
      end.handle({ kind: 'complete', call: event.call, outcome: { kind: 'response', stub } });
    },
  });
  end.handle({ kind: 'serve', interface: ECHO });
}

async function peerClient(network: SimulatedNetwork, newUuid: () => Uint8Array): Promise<Say> {
  const peer = new C706Client(network, SERVER, ECHO, newUuid);
  await peer.open(CLIENT);
  return (stub, done) => peer.call(stub, false, done);
}

async function ourClient(dialect: Dialect, network: SimulatedNetwork, newUuid: () => Uint8Array): Promise<Say> {
  let waiting: ((outcome: C706Outcome) => void) | null = null;
  const end: Endpoint<ClientInput, ClientEvent> = await Endpoint.open({
    network,
    local: CLIENT,
    machine: new ClClient({ addressSpace: newUuid(), newUuid, dialect }),
    onEvent(event) {
      if (!('call' in event)) return;
      waiting?.(event.kind === 'response' ? { stub: event.stub } : { failed: event.kind });
    },
  });
  end.handle({ kind: 'bind', binding: 1, to: SERVER });
  let calls = 0;
  return (stub, done) => {
    calls += 1;
    waiting = done;
    const names = { binding: 1, interfaceId: ECHO, opnum: 0, semantics: 'at-most-once' } as const;
    end.handle({ kind: 'call', call: calls, stub, ...names });
  };
}
