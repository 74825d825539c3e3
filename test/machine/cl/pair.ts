import { uuid } from '../../../src/bytes/uuid.ts';
import type { CallSemantics, Outcome } from '../../../src/machine/call.ts';
import { ClClient, type ClClientOptions } from '../../../src/machine/cl/client/client.ts';
import type { ClientEvent, ClientInput } from '../../../src/machine/cl/client/types.ts';
import type { ClientSettings, ServerSettings } from '../../../src/machine/cl/dialects.ts';
import { ClServer, type ClServerOptions } from '../../../src/machine/cl/server/server.ts';
import type { ServerEvent, ServerInput } from '../../../src/machine/cl/server/types.ts';
import { Endpoint } from '../../../src/transport/endpoint.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../../src/transport/virtual-clock.ts';

export const CLIENT = { host: '10.0.0.9', port: 5000 };
export const SERVER = { host: '10.0.0.5', port: 1047 };
export const BOOT = 0x3f5a1c20;
export const ECHO = {
  uuid: uuid('0f0e0d0c-0b0a-0908-0706-050403020100'),
  version: { major: 1, minor: 2 },
  operations: 3,
};

export interface PairOptions {
  readonly seed?: number;
  readonly conditions?: SimulatedNetworkOptions['conditions'];
  readonly clientOptions?: Partial<ClClientOptions>;
  readonly serverOptions?: Partial<ClServerOptions>;
  readonly client?: Partial<ClientSettings>;
  readonly server?: Partial<ServerSettings>;
  /** How long the manager works, ms; null: for ever. */
  readonly work?: (stub: Uint8Array) => number | null;
  readonly outcome?: (stub: Uint8Array) => Outcome;
  /** Whether a datagram of the server, or of the client, goes out. */
  readonly serverGate?: (datagram: Uint8Array) => boolean;
  readonly clientGate?: (datagram: Uint8Array) => boolean;
  /** Under which name an execution is counted; default: the whole stub in hexadecimal. */
  readonly key?: (stub: Uint8Array) => string;
}

/** A client and a server on a simulated network; the server's operations echo their stub and are counted. */
export async function pair(options: PairOptions = {}) {
  const {
    seed = 1,
    conditions = {},
    work = () => 0,
    outcome = (stub): Outcome => ({ kind: 'response', stub }),
    key: keyOf = (stub) => Buffer.from(stub).toString('hex'),
  } = options;
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed, conditions });
  const newUuid = uuidSource(seededRandom(seed + 1_000_000));
  const executed = new Map<string, number>();
  const events: ClientEvent[] = [];
  const serverEvents: ServerEvent[] = [];
  const client = new ClClient({
    addressSpace: newUuid(),
    newUuid,
    ...(options.client && { settings: options.client }),
    ...options.clientOptions,
  });
  const server = new ClServer({
    bootTime: BOOT,
    newUuid,
    ...(options.server && { settings: options.server }),
    ...options.serverOptions,
  });

  const serverEnd: Endpoint<ServerInput, ServerEvent> = await Endpoint.open({
    network,
    local: SERVER,
    machine: server,
    gate(datagram, _to, pass) {
      if (options.serverGate?.(datagram) !== false) pass();
    },
    onEvent(event) {
      serverEvents.push(event);
      if (event.kind !== 'dispatch') return;
      const key = keyOf(event.stub);
      executed.set(key, (executed.get(key) ?? 0) + 1);
      const duration = work(event.stub);
      if (duration === null || event.maybe) return;
      const { call, stub } = event;
      clock.at(clock.now() + duration, () => serverEnd.handle({ kind: 'complete', call, outcome: outcome(stub) }));
    },
  });
  serverEnd.handle({ kind: 'serve', interface: ECHO });
  const clientEnd: Endpoint<ClientInput, ClientEvent> = await Endpoint.open({
    network,
    local: CLIENT,
    machine: client,
    gate(datagram, _to, pass) {
      if (options.clientGate?.(datagram) !== false) pass();
    },
    onEvent: (event) => events.push(event),
  });
  clientEnd.handle({ kind: 'bind', binding: 1, to: SERVER });

  let calls = 0;
  const call = (stub: Uint8Array, semantics: CallSemantics = 'at-most-once', opnum = 0): number => {
    calls += 1;
    clientEnd.handle({ kind: 'call', call: calls, binding: 1, interfaceId: ECHO, opnum, stub, semantics });
    return calls;
  };
  const settled = (id: number) => events.find((event) => 'call' in event && event.call === id);
  /** Runs virtual time until the call has ended; undefined: it has not after `ms`. */
  const finish = (id: number, ms = 120_000) => {
    const end = clock.now() + ms;
    while (settled(id) === undefined && clock.step(end));
    return settled(id);
  };
  const advance = (ms: number) => clock.runUntil(clock.now() + ms);
  return {
    clock,
    network,
    client,
    server,
    clientEnd,
    serverEnd,
    executed,
    events,
    serverEvents,
    call,
    finish,
    settled,
    advance,
  };
}
