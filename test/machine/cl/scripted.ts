import { NIL_UUID, type Uuid } from '../../../src/bytes/uuid.ts';
import { ClClient, type ClClientOptions } from '../../../src/machine/cl/client/client.ts';
import type { ClientEvent, ClientInput } from '../../../src/machine/cl/client/types.ts';
import { ClServer, type ClServerOptions } from '../../../src/machine/cl/server/server.ts';
import type { ServerEvent, ServerInput } from '../../../src/machine/cl/server/types.ts';
import type { Address, Machine } from '../../../src/machine/contract.ts';
import {
  type ClHeader,
  type ClPdu,
  type ClType,
  DREP_LITTLE_ENDIAN,
  decodeCl,
  encodeCl,
  type FackBody,
  NO_HINT,
  type Request,
} from '../../../src/pdu/cl/index.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { BOOT, CLIENT, ECHO, SERVER } from './pair.ts';

/** A machine whose peer is the test itself: PDUs go in by hand, and come out decoded with the time they were sent at. */
export function scripted<Input, Event>(
  machine: Machine<Input | { kind: 'datagram'; datagram: Uint8Array; from: Address }, Event>,
  peer: Address,
) {
  const sent: { readonly pdu: ClPdu; readonly to: Address; readonly at: number; readonly size: number }[] = [];
  const events: Event[] = [];
  let now = 0;
  let wake: number | null = null;
  const drain = () => {
    for (let output = machine.poll(); ; output = machine.poll()) {
      if (output.kind === 'transmit')
        sent.push({ pdu: decodeCl(output.datagram), to: output.to, at: now, size: output.datagram.length });
      else if (output.kind === 'event') events.push(output.event);
      else {
        wake = output.at;
        return;
      }
    }
  };
  const handle = (input: Input | { kind: 'timer' }) => {
    machine.handle(input, now);
    drain();
  };
  const receive = (pdu: ClPdu, from = peer) => {
    machine.handle({ kind: 'datagram', datagram: encodeCl(pdu), from }, now);
    drain();
  };
  /** Lets the time pass, with a timer input whenever the machine asked for one. */
  const advance = (ms: number) => {
    const end = now + ms;
    while (wake !== null && wake <= end) {
      now = Math.max(now, wake);
      handle({ kind: 'timer' });
    }
    now = end;
  };
  /** What was sent since the last look. */
  let seen = 0;
  const take = () => {
    const fresh = sent.slice(seen).map(({ pdu }) => pdu);
    seen = sent.length;
    return fresh;
  };
  const takeOne = <T extends ClType>(type: T): ClPdu & { type: T } => {
    const fresh = take();
    const [first] = fresh;
    if (fresh.length !== 1 || first?.type !== type)
      throw new Error(`expected one ${type}, not [${fresh.map((pdu) => pdu.type).join(', ')}]`);
    return first as ClPdu & { type: T };
  };
  return { sent, events, handle, receive, advance, take, takeOne, now: () => now };
}

export const ADDRESS_SPACE: Uuid = filledUuid(0xca);
export const ACTIVITY: Uuid = filledUuid(0xac);

export function scriptedClient(options: Partial<ClClientOptions> = {}) {
  const newUuid = uuidSource(seededRandom(5));
  const client = new ClClient({ addressSpace: ADDRESS_SPACE, newUuid, ...options });
  const script = scripted<ClientInput, ClientEvent>(client, SERVER);
  script.handle({ kind: 'bind', binding: 1, to: SERVER });
  let calls = 0;
  const call = (input: Partial<ClientInput & { kind: 'call' }> = {}) => {
    calls += 1;
    script.handle({
      kind: 'call',
      call: calls,
      binding: 1,
      interfaceId: ECHO,
      opnum: 0,
      stub: Uint8Array.of(1, 2, 3),
      semantics: 'at-most-once',
      ...input,
    });
    return calls;
  };
  return { client, ...script, call };
}

export function scriptedServer(options: Partial<ClServerOptions> = {}) {
  const newUuid = uuidSource(seededRandom(6));
  const server = new ClServer({ bootTime: BOOT, newUuid, ...options });
  const script = scripted<ServerInput, ServerEvent>(server, CLIENT);
  script.handle({ kind: 'serve', interface: ECHO });
  return { server, ...script };
}

const NOTHING = new Uint8Array(0);

/** A first request of an activity, as a client sends it that knows nothing of the server. */
export function request(header: Partial<ClHeader> = {}, stub: Uint8Array = NOTHING): Request {
  return {
    type: 'request',
    header: {
      flags1: 0x08,
      flags2: 0,
      drep: DREP_LITTLE_ENDIAN,
      object: NIL_UUID,
      interfaceId: ECHO.uuid,
      activity: ACTIVITY,
      serverBoot: 0,
      interfaceMajor: 1,
      interfaceMinor: 0,
      sequence: 0,
      opnum: 0,
      interfaceHint: NO_HINT,
      activityHint: NO_HINT,
      fragment: 0,
      authProtocol: 0,
      serial: 0,
      ...header,
    },
    stub,
    trailer: NOTHING,
  };
}

/** The header that the other side answers with, or asks on with. */
export function headerOf(pdu: ClPdu, own: Partial<ClHeader> = {}): ClHeader {
  return { ...pdu.header, flags1: 0, flags2: 0, serial: 0, ...own };
}

export function response(to: ClPdu, stub: Uint8Array = NOTHING, own: Partial<ClHeader> = {}): ClPdu {
  return {
    type: 'response',
    header: headerOf(to, { flags1: 0x08, serverBoot: BOOT, ...own }),
    stub,
    trailer: NOTHING,
  };
}

/** A stub whose bytes tell their place. */
export function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

export function fackBody(own: Partial<FackBody> = {}): FackBody {
  return { version: 1, windowSize: 32, maxTsdu: 4096, maxFragSize: 4096, serial: 0, selectiveAck: [], ...own };
}

function filledUuid(octet: number): Uuid {
  return new Uint8Array(16).fill(octet);
}
