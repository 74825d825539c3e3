import { uuid } from '../../src/bytes/uuid.ts';
import { ClClient } from '../../src/machine/cl/client/client.ts';
import { ClServer } from '../../src/machine/cl/server/server.ts';
import { newUuid } from '../../src/transport/random.ts';

const SERVER = { host: '10.0.0.5', port: 1047 };
const CLIENT = { host: '10.0.0.9', port: 5000 };
const NULL_INTERFACE = { uuid: uuid('6f9c0a52-3c0e-4f7b-9d13-5a1f0b7c2e12'), version: { major: 1, minor: 0 } };

/** Microseconds of one at-most-once call in the two machines alone: no socket, no promise, every datagram handed over. */
export function machinesBackToBack(count: number, stub: Uint8Array): number {
  const client = new ClClient({ addressSpace: newUuid(), newUuid, dialect: 'liberal' });
  const server = new ClServer({ bootTime: 1, newUuid, dialect: 'liberal' });
  server.handle({ kind: 'serve', interface: { ...NULL_INTERFACE, operations: 1 } }, 0);
  client.handle({ kind: 'bind', binding: 1, to: SERVER }, 0);
  let answered = 0;
  const pump = (now: number) => {
    for (let busy = true; busy; ) {
      busy = false;
      for (let out = client.poll(); out.kind !== 'timeout'; out = client.poll()) {
        busy = true;
        if (out.kind === 'transmit') server.handle({ kind: 'datagram', datagram: out.datagram, from: CLIENT }, now);
        else if (out.event.kind === 'response') answered += 1;
      }
      for (let out = server.poll(); out.kind !== 'timeout'; out = server.poll()) {
        busy = true;
        if (out.kind === 'transmit') client.handle({ kind: 'datagram', datagram: out.datagram, from: SERVER }, now);
        else if (out.event.kind === 'dispatch') {
          const outcome = { kind: 'response', stub: out.event.stub } as const;
          server.handle({ kind: 'complete', call: out.event.call, outcome }, now);
        }
      }
    }
  };
  const call = (id: number, now: number) => {
    const names = { binding: 1, interfaceId: NULL_INTERFACE, opnum: 0, semantics: 'at-most-once' } as const;
    client.handle({ kind: 'call', call: id, stub, ...names }, now);
    pump(now);
  };
  for (let i = 0; i < count / 4; i++) call(i, i / 20);
  answered = 0;
  const start = performance.now();
  for (let i = 0; i < count; i++) call(count + i, (count + i) / 20);
  const took = performance.now() - start;
  if (answered !== count) throw new Error(`${answered} of ${count} calls were answered`);
  return (took * 1_000) / count;
}
