import type { IcmpReason } from '../capture/icmp.ts';
import type { Datagram } from '../capture/packet.ts';
import type { ClType } from '../pdu/cl/index.ts';
import type { Conversation } from './conversation.ts';
import type { NamedInterface } from './names.ts';
import { RangeSet } from './range-set.ts';
import type { CallSemantics } from './types.ts';

/** One call as it builds up, packet by packet. */
export interface Call {
  readonly sequence: number;
  interface: NamedInterface;
  opnum: number;
  semantics: CallSemantics;
  authentication: { readonly protocol: number; readonly level: number | null } | null;
  /** Of its first packet. */
  readonly frame: number;
  readonly startMs: number;
  lastMs: number;
  lastClientMs: number;
  /** The first call that this conversation shows, and the activity's first by its number. */
  readonly firstOfActivity: boolean;
  readonly request: Message;
  readonly response: Message;
  pings: number;
  workings: number;
  nocalls: number;
  clientFacks: number;
  serverFacks: number;
  acks: number;
  cancels: number;
  /** PDUs of the server of any kind. */
  heard: number;
  callbacks: readonly Callback[];
  callbackCount: number;
  /** Of the last fragment of the results, which may come before others. */
  status: number | null;
  result: CallResult | null;
  /** Pings, quits and repeated requests since the server was heard last. */
  unheardAsks: number;
  /** Pings and requests that the client sent though its result was on its way. */
  askedAgain: number;
  /** The client has shown that it has the result: an ack, a fack of all, or its next call. */
  acknowledged: boolean;
  /** What ICMP says of its requests, and of what the server sent to its client. */
  refusal: Refusal | null;
  clientRefusal: Refusal | null;
  /** The newest control PDU of each side, by which a copy is told. */
  clientControl: Control | null;
  serverControl: Control | null;
  /** This call is a callback itself. */
  callback: Callback | null;
}

/** A request or a response, or the fault or reject in its place. */
export interface Message {
  readonly fragments: RangeSet;
  readonly serials: RangeSet;
  bytes: number;
  /** Number of the last fragment; null: not seen. */
  last: number | null;
  retransmissions: number;
  duplicates: number;
  ipFragmented: number;
  /** Size of the largest datagram, bytes of UDP payload. */
  largest: number;
}

/** A host or router answered for a peer that cannot be reached. */
export interface Refusal {
  readonly reason: IcmpReason;
  readonly by: string;
  readonly frame: number;
  readonly ms: number;
  count: number;
}

export interface Control {
  readonly type: ClType;
  readonly serial: number;
  readonly fragment: number;
  readonly ms: number;
}

export interface CallResult {
  readonly kind: 'response' | 'fault' | 'reject';
  /** null: the results have none that is known here. */
  readonly status: number | null;
  readonly frame: number;
  readonly ms: number;
}

export interface Callback {
  readonly operation: string;
  readonly frame: number;
  readonly startMs: number;
  sent: number;
  answeredMs: number | null;
  status: number | null;
  refusal: Refusal | null;
  /** Of the call because of which it is made. */
  readonly target: Conversation;
}

export type Passage = 'new' | 'retransmission' | 'duplicate';

/** `isFirst`: the first call of its activity, as far as its number and the capture tell. */
export function newCall(
  sequence: number,
  named: NamedInterface,
  opnum: number,
  frame: number,
  startMs: number,
  isFirst: boolean,
): Call {
  // Written out, for this is made for each call of a long capture: no spread, and nothing that most calls do without.
  return {
    sequence,
    interface: named,
    opnum,
    semantics: 'at-most-once',
    authentication: null,
    frame,
    startMs,
    lastMs: startMs,
    lastClientMs: startMs,
    firstOfActivity: isFirst,
    request: newMessage(),
    response: newMessage(),
    pings: 0,
    workings: 0,
    nocalls: 0,
    clientFacks: 0,
    serverFacks: 0,
    acks: 0,
    cancels: 0,
    heard: 0,
    callbacks: NO_CALLBACKS,
    callbackCount: 0,
    status: null,
    result: null,
    unheardAsks: 0,
    askedAgain: 0,
    acknowledged: false,
    refusal: null,
    clientRefusal: null,
    clientControl: null,
    serverControl: null,
    callback: null,
  };
}

const NO_CALLBACKS: readonly Callback[] = [];

/** Whether its client has what is not in the capture: the result. */
export function hasUnseenResult({ result, acknowledged, heard }: Call): boolean {
  return result === null && acknowledged && heard === 0;
}

export function isComplete({ last, fragments }: Message): boolean {
  return last !== null && fragments.coversTo(last);
}

/** Adds a fragment. Each transmission has a serial number of its own, so the same one twice is the same datagram twice. */
export function addPiece(
  message: Message,
  fragment: number,
  serial: number,
  isLast: boolean,
  stubBytes: number,
  { payload, fragments }: Datagram,
): Passage {
  const isNewFragment = message.fragments.add(fragment);
  const isNewSerial = message.serials.add(serial);
  if (isLast) message.last ??= fragment;
  if (fragments > 1) message.ipFragmented += 1;
  message.largest = Math.max(message.largest, payload.length);
  if (isNewFragment) {
    message.bytes += stubBytes;
    return 'new';
  }
  if (isNewSerial) {
    message.retransmissions += 1;
    return 'retransmission';
  }
  message.duplicates += 1;
  return 'duplicate';
}

function newMessage(): Message {
  return {
    fragments: new RangeSet(),
    serials: new RangeSet(),
    bytes: 0,
    last: null,
    retransmissions: 0,
    duplicates: 0,
    ipFragmented: 0,
    largest: 0,
  };
}
