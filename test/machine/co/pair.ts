import { uuid } from '../../../src/bytes/uuid.ts';
import type { Outcome } from '../../../src/machine/call.ts';
import { CoClient, type CoClientOptions } from '../../../src/machine/co/client/client.ts';
import type { CoClientEvent, CoClientInput } from '../../../src/machine/co/client/types.ts';
import { CoServer, type CoServerOptions } from '../../../src/machine/co/server/server.ts';
import type { CoServerEvent } from '../../../src/machine/co/server/types.ts';
import type { StreamInput } from '../../../src/machine/contract.ts';
import { type CoPdu, decodeCo, decodeHeader } from '../../../src/pdu/co/index.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';

export const CLIENT = { host: '10.0.0.9', port: 5000 };
export const SERVER = { host: '10.0.0.5', port: 49_170 };
export const ECHO = {
  uuid: uuid('0f0e0d0c-0b0a-0908-0706-050403020100'),
  version: { major: 1, minor: 2 },
  operations: 3,
};
export const OTHER = {
  uuid: uuid('1f0e0d0c-0b0a-0908-0706-050403020100'),
  version: { major: 3, minor: 0 },
  operations: 2,
};

export interface CoPairOptions {
  readonly client?: Partial<CoClientOptions>;
  readonly server?: Partial<CoServerOptions>;
  readonly to?: CoServer;
  /** What the manager answers; null: nothing yet. Default: an echo. */
  readonly outcome?: (event: CoServerEvent & { kind: 'dispatch' }) => Outcome | null;
  /** Bytes of each piece of the stream; default: as they were written. */
  readonly pieces?: number;
  /** Changes a PDU on its way; null: lost. */
  readonly gate?: (bytes: Uint8Array, from: 'client' | 'server') => Uint8Array | null;
}

/** A client and a server at the two ends of a stream in memory, each step of which is written down. */
export function coPair(options: CoPairOptions = {}) {
  const { outcome = ({ stub }): Outcome => ({ kind: 'response', stub }), gate = (bytes) => bytes } = options;
  const server = options.to ?? newServer(options.server);
  let now = 1_000;
  const client = new CoClient({ server: SERVER, ...options.client });
  const connection = server.accept(CLIENT, SERVER.port, now);
  const events: CoClientEvent[] = [];
  const served: CoServerEvent[] = [];
  const wire: { from: 'client' | 'server'; pdu: CoPdu }[] = [];
  const closed = { client: false, server: false };
  const deadlines = { client: null as number | null, server: null as number | null };
  const machines = { client, server: connection };
  const ends = { client: 'server', server: 'client' } as const;

  const feed = (to: 'client' | 'server', bytes: Uint8Array): void => {
    const size = options.pieces ?? bytes.length;
    for (let at = 0; at < bytes.length; at += size)
      machines[to].handle({ kind: 'chunk', chunk: bytes.slice(at, at + size) }, now);
  };
  const transmit = (from: 'client' | 'server', chunk: Uint8Array): void => {
    for (const bytes of fragmentsOf(chunk)) {
      wire.push({ from, pdu: decodeCo(bytes.slice()) });
      const passed = gate(bytes.slice(), from);
      if (passed !== null) feed(ends[from], passed);
    }
  };
  /** True: something came out. */
  const drainOne = (side: 'client' | 'server'): boolean => {
    const output = machines[side].poll();
    if (output.kind === 'timeout') {
      deadlines[side] = output.at;
      return false;
    }
    if (output.kind === 'transmit') transmit(side, output.chunk);
    else if (output.kind === 'close') {
      closed[side] = true;
      machines[ends[side]].handle({ kind: 'ended' }, now);
    } else if (side === 'client') events.push(output.event as CoClientEvent);
    else serve(output.event as CoServerEvent);
    return true;
  };
  const serve = (event: CoServerEvent): void => {
    served.push(event);
    if (event.kind !== 'dispatch' || event.maybe) return;
    const answer = outcome(event);
    if (answer !== null) connection.handle({ kind: 'complete', call: event.call, outcome: answer }, now);
  };
  const run = (): void => {
    while (drainOne('client') || drainOne('server'));
  };

  return {
    client,
    server,
    events,
    served,
    wire,
    closed,
    types: () => wire.map(({ from, pdu }) => `${from} ${pdu.type}`),
    tell(input: CoClientInput | StreamInput): void {
      client.handle(input, now);
      run();
    },
    complete(call: number, answer: Outcome): void {
      connection.handle({ kind: 'complete', call, outcome: answer }, now);
      run();
    },
    /** Bytes straight into one end. */
    inject(to: 'client' | 'server', bytes: Uint8Array): void {
      feed(to, bytes);
      run();
    },
    advance(ms: number): void {
      now += ms;
      client.handle({ kind: 'timer' }, now);
      connection.handle({ kind: 'timer' }, now);
      run();
    },
    deadlines,
  };
}

export function newServer(options: Partial<CoServerOptions> = {}): CoServer {
  const server = new CoServer({ newUuid: uuidSource(seededRandom(7)), ...options });
  server.serve(ECHO);
  server.serve(OTHER);
  return server;
}

export function call(
  number: number,
  stub: Uint8Array,
  more: Partial<CoClientInput & { kind: 'call' }> = {},
): CoClientInput {
  return { kind: 'call', call: number, interfaceId: ECHO, opnum: 1, stub, ...more };
}

function fragmentsOf(chunk: Uint8Array): Uint8Array[] {
  const fragments: Uint8Array[] = [];
  for (let at = 0; at < chunk.length; ) {
    const { fragLength } = decodeHeader(chunk.subarray(at));
    fragments.push(chunk.subarray(at, at + fragLength));
    at += fragLength;
  }
  return fragments;
}
