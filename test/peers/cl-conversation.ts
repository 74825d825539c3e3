import { type CapturedMessage, PcapngWriter } from '../../src/capture/writers.ts';
import type { Dialect } from '../../src/machine/cl/dialects.ts';
import { CL_TYPES, DREP_BIG_ENDIAN, DREP_LITTLE_ENDIAN } from '../../src/pdu/cl/index.ts';
import { CLIENT, pair, SERVER } from '../machine/cl/pair.ts';
import { bytes } from '../machine/cl/scripted.ts';

export interface ConversationOptions {
  readonly client: Dialect;
  readonly server: Dialect;
  readonly bigEndian: 'client' | 'server' | 'neither';
}

/** Bytes of the long message that goes both ways. */
export const LONG = 20_000;

/** Everything that client and server have to say to each other: every type of PDU, messages of many fragments both ways. */
export async function clConversation(options: ConversationOptions): Promise<readonly CapturedMessage[]> {
  const messages: CapturedMessage[] = [];
  let now = () => 0;
  let losesRequests = 0;
  const note = (payload: Uint8Array, from: typeof CLIENT, to: typeof SERVER) =>
    messages.push({ timestampMs: now(), from, to, payload: payload.slice() });
  const both = await pair({
    clientOptions: { dialect: options.client, drep: drepOf(options.bigEndian === 'client') },
    serverOptions: { dialect: options.server, drep: drepOf(options.bigEndian === 'server') },
    // Packets that overtake each other leave gaps, and gaps draw selective acknowledgements.
    conditions: { latency: 5, jitter: 0, reorder: 0.2, reorderDelay: 3 },
    work: ([kind]) => (kind === 1 ? 9_000 : kind === 2 ? null : 0),
    outcome: (stub) => (stub[0] === 3 ? { kind: 'fault', status: 0x1c00001a } : { kind: 'response', stub }),
    clientGate(datagram) {
      note(datagram, CLIENT, SERVER);
      losesRequests -= datagram[1] === 0 ? 1 : 0;
      return losesRequests < 0 || datagram[1] !== 0;
    },
    serverGate(datagram) {
      note(datagram, SERVER, CLIENT);
      return true;
    },
  });
  now = () => both.clock.now();
  for (let n = 0; n < 3; n++) both.finish(both.call(bytes(LONG)));
  both.finish(both.call(Uint8Array.of(1)));
  both.finish(both.call(Uint8Array.of(3)));
  both.finish(both.call(new Uint8Array(0), 'at-most-once', 99));
  both.finish(both.call(Uint8Array.of(0), 'idempotent'));
  both.call(Uint8Array.of(0), 'maybe');
  const cancelled = both.call(Uint8Array.of(2));
  both.advance(100);
  both.clientEnd.handle({ kind: 'cancel', call: cancelled });
  both.advance(5_000);
  const abandoned = both.call(Uint8Array.of(2));
  both.advance(100);
  both.clientEnd.handle({ kind: 'abandon', call: abandoned });
  both.clientEnd.handle({ kind: 'hold', binding: 1 });
  both.advance(25_000);
  both.clientEnd.handle({ kind: 'release', binding: 1 });
  losesRequests = 1;
  both.finish(both.call(Uint8Array.of(0)));
  both.advance(10_000);
  return messages;
}

export function toPcapng(messages: readonly CapturedMessage[]): Buffer {
  const writer = new PcapngWriter();
  return Buffer.concat([writer.header(), ...messages.map((message) => writer.packet(message))]);
}

export function typeOf({ payload }: CapturedMessage): string {
  return CL_TYPES[payload[1] ?? 31] ?? 'unknown';
}

function drepOf(big: boolean): number {
  return big ? DREP_BIG_ENDIAN : DREP_LITTLE_ENDIAN;
}
