import { uuid } from '../../../src/bytes/uuid.ts';
import type { Outcome } from '../../../src/machine/call.ts';
import { ClClient, type ClClientOptions } from '../../../src/machine/cl/client/client.ts';
import type { ClientEvent, ClientInput } from '../../../src/machine/cl/client/types.ts';
import { ClServer, type ClServerOptions } from '../../../src/machine/cl/server/server.ts';
import type { ServerEvent, ServerInput } from '../../../src/machine/cl/server/types.ts';
import { Endpoint } from '../../../src/transport/endpoint.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { udpNetwork } from '../../../src/transport/udp.ts';
import { ECHO } from './pair.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };

export interface LoopbackOptions {
  readonly client?: Partial<ClClientOptions>;
  readonly server?: Partial<ClServerOptions>;
  readonly outcome?: (stub: Uint8Array) => Outcome | null;
}

/** A client and a server on real UDP sockets of this machine. */
export async function loopback({ client = {}, server = {}, outcome = echo }: LoopbackOptions = {}) {
  const newUuid = uuidSource(seededRandom(process.hrtime()[1]));
  const serverMachine = new ClServer({ bootTime: 0x3f5a1c20, newUuid, ...server });
  const serverEnd: Endpoint<ServerInput, ServerEvent> = await Endpoint.open({
    network: udpNetwork,
    local: LOOPBACK,
    machine: serverMachine,
    onEvent(event) {
      if (event.kind !== 'dispatch' || event.maybe) return;
      const result = outcome(event.stub);
      if (result !== null) serverEnd.handle({ kind: 'complete', call: event.call, outcome: result });
    },
  });
  serverEnd.handle({ kind: 'serve', interface: ECHO });
  const pending = new Map<number, (event: ClientEvent) => void>();
  const clientMachine = new ClClient({
    addressSpace: uuid('c0ffee00-0000-4000-8000-000000000001'),
    newUuid,
    ...client,
  });
  const clientEnd: Endpoint<ClientInput, ClientEvent> = await Endpoint.open({
    network: udpNetwork,
    local: LOOPBACK,
    machine: clientMachine,
    onEvent(event) {
      if (!('call' in event)) return;
      pending.get(event.call)?.(event);
      pending.delete(event.call);
    },
  });
  clientEnd.handle({ kind: 'bind', binding: 1, to: serverEnd.local });
  let calls = 0;
  const call = (stub: Uint8Array, own: Partial<ClientInput & { kind: 'call' }> = {}) =>
    new Promise<ClientEvent>((resolve) => {
      calls += 1;
      pending.set(calls, resolve);
      const names = { interfaceId: ECHO, opnum: 0, semantics: 'at-most-once' } as const;
      clientEnd.handle({ kind: 'call', call: calls, binding: 1, stub, ...names, ...own });
    });
  const close = () => Promise.all([clientEnd.close(), serverEnd.close()]);
  return { clientMachine, serverMachine, clientEnd, serverEnd, call, lastCall: () => calls, close };
}

function echo(stub: Uint8Array): Outcome {
  return { kind: 'response', stub };
}
