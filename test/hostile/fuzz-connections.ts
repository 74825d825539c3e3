import { CoClient } from '../../src/machine/co/client/client.ts';
import type { StreamMachine } from '../../src/machine/contract.ts';
import { encodeCo } from '../../src/pdu/co/index.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { CLIENT, call, coPair, newServer, SERVER } from '../machine/co/pair.ts';
import { coVectors } from '../vectors/co.ts';
import { heap } from './heap.ts';
import { mutator } from './mutate.ts';

export interface ConnectionFuzzResult {
  /** PDUs that went in, most of them bad. */
  readonly pdus: number;
  /** Connections that an end has closed because of them. */
  readonly closed: number;
  /** Whether an honest call still got its answer at the end. */
  readonly answered: boolean;
  /** Heap growth after the first half, bytes. */
  readonly growth: number;
}

/** Throws `count` bad PDUs, in pieces of any size, at servers and clients of connections: each conversation begins honestly. */
export function fuzzConnections(count: number, seed: number): ConnectionFuzzResult {
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const server = newServer();
  const said = honest();
  const bad = mutator([...coVectors.map(({ bytes }) => bytes), ...said.client, ...said.server], random);
  let now = 1_000;
  let pdus = 0;
  let closed = 0;
  let half = 0;
  const converse = (machine: StreamMachine<never, { readonly kind: string }>, opening: readonly Uint8Array[]) => {
    for (const bytes of opening) machine.handle({ kind: 'chunk', chunk: bytes.slice() }, now);
    for (let i = below(6); i >= 0; i -= 1) {
      const bytes = bad();
      pdus += 1;
      for (let at = 0; at < bytes.length; ) {
        const size = random() < 0.5 ? bytes.length : 1 + below(40);
        machine.handle({ kind: 'chunk', chunk: bytes.slice(at, at + size) }, now);
        at += size;
      }
      if (drained(machine)) {
        closed += 1;
        break;
      }
      now += below(20);
    }
    machine.handle({ kind: 'ended' }, now);
    drained(machine);
  };
  while (pdus < count) {
    if (half === 0 && pdus >= count / 2) half = heap();
    converse(server.accept(CLIENT, SERVER.port, now) as never, said.client.slice(0, below(3)));
    const client = new CoClient({ server: SERVER });
    client.handle(call(1, Uint8Array.of(1, 2, 3)), now);
    converse(client as never, said.server.slice(0, below(2)));
  }
  const growth = heap() - half;
  const pair = coPair({ to: server });
  pair.tell(call(1, Uint8Array.of(7)));
  return { pdus, closed, answered: pair.events[0]?.kind === 'response', growth };
}

/** The PDUs of a sound conversation, by who said them. */
export function honest(): { readonly client: readonly Uint8Array[]; readonly server: readonly Uint8Array[] } {
  const pair = coPair();
  pair.tell(call(1, new Uint8Array(12_000)));
  pair.tell(call(2, Uint8Array.of(1)));
  const of = (side: 'client' | 'server') =>
    pair.wire.filter(({ from }) => from === side).map(({ pdu }) => encodeCo(pdu));
  return { client: of('client'), server: of('server') };
}

/** Takes all that a machine has to say; true when it has closed the connection. */
export function drained(machine: StreamMachine<never, unknown>): boolean {
  for (let output = machine.poll(); ; output = machine.poll()) {
    if (output.kind === 'close') return true;
    if (output.kind === 'timeout') return false;
  }
}
