import type { Datagram, Endpoint, IcmpError } from '../capture/packet.ts';
import { CL_HEADER_SIZE, CL_TYPES, type ClPdu, type ClType } from '../pdu/cl/index.ts';
import { ncaCode } from '../status/nca.ts';
import { applyFack, applyPdu } from './apply-pdu.ts';
import { BootTimes } from './boot-times.ts';
import { type Call, newCall, type Passage } from './call.ts';
import { answerCallback, linkCallback } from './callback-links.ts';
import { type Conversation, ConversationTable, conversationKey, isSameEnd, newConversation } from './conversation.ts';
import { decodePdu } from './decode-pdu.ts';
import type { ExplainSettings } from './limits.ts';
import { InterfaceNames } from './names.ts';
import type { PortWatch } from './port-watch.ts';
import { guess } from './recognise.ts';

/** Who sends which type; fack goes both ways. */
const FROM_CLIENT: ReadonlySet<ClType> = new Set(['request', 'ping', 'ack', 'cl_cancel']);

/** The way from one side of a NAT to the other, and what the clocks of two places of capture may differ by. */
const THROUGH_NAT_MS = 1_000;

const WRONG_BOOT_TIME = ncaCode('nca_s_wrong_boot_time');

export interface FollowerCounts {
  pdus: number;
  bytes: number;
  conversations: number;
  retransmissions: number;
  duplicates: number;
  lookalikes: number;
  lenient: number;
  malformed: number;
  cutShort: number;
  cutHeaders: number;
  /** Calls that were answered before they were asked. */
  early: number;
}

export interface FollowerHooks {
  /** A call that will not change any more. */
  onCall(call: Call, conversation: Conversation): void;
  onConversation(conversation: Conversation): void;
}

/** Finds RPC among datagrams and follows it: which PDU belongs to which call of which activity. */
export class Follower {
  readonly counts: FollowerCounts = {
    pdus: 0,
    bytes: 0,
    conversations: 0,
    retransmissions: 0,
    duplicates: 0,
    lookalikes: 0,
    lenient: 0,
    malformed: 0,
    cutShort: 0,
    cutHeaders: 0,
    early: 0,
  };
  readonly types: Record<ClType, number>;
  readonly boots = new BootTimes();
  readonly #names = new InterfaceNames();
  readonly #table: ConversationTable;
  readonly #settings: ExplainSettings;
  readonly #ports: PortWatch;
  readonly #hooks: FollowerHooks;

  constructor(settings: ExplainSettings, ports: PortWatch, hooks: FollowerHooks) {
    this.#settings = settings;
    this.#ports = ports;
    this.#hooks = hooks;
    this.types = Object.fromEntries(CL_TYPES.map((type) => [type, 0])) as Record<ClType, number>;
    this.#table = new ConversationTable(settings.liveConversations, settings.idleMs, (ended) => this.#end(ended));
  }

  get evicted(): number {
    return this.#table.evicted;
  }

  /** Never throws, whatever the datagram holds. */
  datagram(datagram: Datagram): void {
    const { payload, truncated } = datagram;
    const guessed = guess(payload, truncated);
    if (guessed === 'other') {
      if (truncated && payload.length < CL_HEADER_SIZE && payload[0] === 4) this.counts.cutHeaders += 1;
      return;
    }
    const pdu = decodePdu(payload, truncated);
    const strict = guessed === 'rpc';
    if (pdu === null) {
      this.counts[strict ? 'malformed' : 'lookalikes'] += 1;
      return;
    }
    const known = this.#find(pdu, datagram) ?? this.#translated(pdu, datagram);
    if (!strict && known === undefined) {
      this.counts.lookalikes += 1;
      return;
    }
    if (!strict) this.counts.lenient += 1;
    this.#pdu(pdu, datagram, known ?? this.#begin(pdu, datagram));
  }

  /** What ICMP says of a datagram of a conversation is said of its newest call that has no result. */
  icmp({ about, reason, by, number, timestampMs }: IcmpError): void {
    const conversation = this.#table.quoted(about);
    const call = conversation?.current ?? null;
    if (conversation === undefined || call === null) return;
    const isOfClient = isSameEnd(about.from, conversation.client) || isSameEnd(about.from, conversation.translated);
    const side = isOfClient ? 'refusal' : 'clientRefusal';
    const refusal = { reason, by, frame: number, ms: timestampMs, count: 1 };
    if (call[side] === null) call[side] = refusal;
    else call[side].count += 1;
    if (!isOfClient) return;
    if (call.callback !== null) call.callback.refusal ??= refusal;
    if (call.result === null) this.#ports.refused(conversation, call, timestampMs);
  }

  /** The capture is at its end: what is still open is judged as it stands. */
  end(): void {
    this.#table.endAll();
  }

  #pdu(pdu: ClPdu, datagram: Datagram, conversation: Conversation): void {
    const { payload, truncated, timestampMs } = datagram;
    this.counts.pdus += 1;
    this.counts.bytes += payload.length;
    if (truncated) this.counts.cutShort += 1;
    this.types[pdu.type] += 1;
    conversation.pdus += 1;
    conversation.lastMs = timestampMs;
    const isFromClient = speaksForClient(pdu.type, conversation, datagram.from);
    const call = this.#callOf(conversation, pdu, datagram);
    if (call === null) {
      // Of a call that was judged long ago: it can only be a repetition.
      if (carriesMessage(pdu.type)) this.counts.retransmissions += 1;
      return;
    }
    if (isFromClient) this.#clientSpoke(conversation, datagram);
    else this.#serverSpoke(conversation, call, pdu, datagram);
    if (pdu.type === 'fack') applyFack(call, pdu.header.fragment, isFromClient, datagram);
    else this.#message(call, conversation, pdu, datagram);
  }

  #message(call: Call, conversation: Conversation, pdu: ClPdu, datagram: Datagram): void {
    const hadResult = call.result !== null;
    const passage = applyPdu(call, pdu, datagram, datagram.truncated);
    this.#count(passage);
    if (pdu.type === 'request' && passage !== 'duplicate') {
      if (call.interface.role === 'callback' && !datagram.truncated) {
        linkCallback(this.#table, conversation, call, pdu, datagram.to, datagram.number);
      }
      if (call.callback !== null) call.callback.sent += 1;
      if (passage === 'new') this.#ports.request(conversation, call, pdu, datagram);
    }
    if (hadResult || call.result === null) return;
    this.#ports.result(conversation, call);
    if (pdu.type === 'response' && call.callback !== null) {
      const addressSpace = answerCallback(call, pdu);
      if (addressSpace !== null)
        this.#ports.process(call.callback.target.client.host, addressSpace, datagram.timestampMs);
    }
  }

  #count(passage: Passage | null): void {
    if (passage === 'retransmission') this.counts.retransmissions += 1;
    else if (passage === 'duplicate') this.counts.duplicates += 1;
  }

  #clientSpoke(conversation: Conversation, { to }: Datagram): void {
    conversation.fromClient += 1;
    conversation.asked ??= to;
  }

  #serverSpoke(conversation: Conversation, call: Call, pdu: ClPdu, { from, number, timestampMs }: Datagram): void {
    conversation.fromServer += 1;
    conversation.answeredFrom = from;
    conversation.isAnsweredByAsked ||= from.host === conversation.asked?.host;
    const { serverBoot } = pdu.header;
    if (serverBoot === 0 || serverBoot === conversation.serverBoot || call.interface.role === 'callback') return;
    // This reject repeats the boot time of the client, which is the wrong one.
    if (pdu.type === 'reject' && pdu.status === WRONG_BOOT_TIME) return;
    conversation.serverBoot = serverBoot;
    this.boots.see(from, call.interface.role, serverBoot, number, timestampMs);
  }

  #find(pdu: ClPdu, { from, to }: Datagram): Conversation | undefined {
    const { activity } = pdu.header;
    const asClient = pdu.type === 'fack' || FROM_CLIENT.has(pdu.type);
    const found = asClient ? this.#table.find(conversationKey(activity, from)) : undefined;
    if (found !== undefined || (asClient && pdu.type !== 'fack')) return found;
    return this.#table.find(conversationKey(activity, to));
  }

  /** The same PDU of the same activity from another end at almost the same time has gone through a NAT. */
  #translated(pdu: ClPdu, { from, timestampMs }: Datagram): Conversation | undefined {
    if (pdu.type !== 'request' && pdu.type !== 'ping') return undefined;
    const { activity, sequence, serial } = pdu.header;
    const other = this.#table.ofActivity(activity);
    const call = other?.current;
    if (other === undefined || call?.sequence !== sequence || other.translated !== null) return undefined;
    const isRepeated = pdu.type === 'ping' ? call.clientControl?.serial === serial : call.request.serials.has(serial);
    if (!isRepeated || Math.abs(timestampMs - other.lastMs) > THROUGH_NAT_MS) return undefined;
    this.#table.translate(other, from);
    return other;
  }

  #begin(pdu: ClPdu, { from, to, number, timestampMs }: Datagram): Conversation {
    const client = FROM_CLIENT.has(pdu.type) ? from : to;
    const { activity } = pdu.header;
    const key = conversationKey(activity, client);
    const conversation = newConversation(key, activity.slice(), client, number, timestampMs);
    this.#table.add(conversation, timestampMs);
    this.counts.conversations += 1;
    return conversation;
  }

  /** null: the call has been judged, or is older than those that have. */
  #callOf(conversation: Conversation, { type, header }: ClPdu, { number, timestampMs }: Datagram): Call | null {
    const { calls, current, judgedUpTo } = conversation;
    const { sequence } = header;
    const known = current?.sequence === sequence ? current : calls.find((each) => each.sequence === sequence);
    const named = () => this.#names.of(header.interfaceId, header.interfaceMajor, header.interfaceMinor);
    if (known !== undefined) {
      if (type === 'request' && known.request.fragments.size === 0) {
        if (known.heard > 0) this.counts.early += 1;
        known.interface = named();
        known.opnum = header.opnum;
      }
      return known;
    }
    if (judgedUpTo >= 0 && isUpTo(sequence, judgedUpTo)) return null;
    const isFirst = judgedUpTo < 0 && calls.length === 0 && sequence === 0;
    const call = newCall(sequence, named(), header.opnum, number, timestampMs, isFirst);
    if (type === 'request') for (const earlier of calls) earlier.acknowledged ||= hasGoneOn(earlier);
    conversation.current = call;
    if (calls.push(call) > this.#settings.liveCalls) this.#judge(calls.shift() as Call, conversation);
    return call;
  }

  #judge(call: Call, conversation: Conversation): void {
    const { judgedUpTo } = conversation;
    if (judgedUpTo < 0 || !isUpTo(call.sequence, judgedUpTo)) conversation.judgedUpTo = call.sequence;
    this.#hooks.onCall(call, conversation);
  }

  #end(conversation: Conversation): void {
    for (const call of conversation.calls.splice(0)) this.#judge(call, conversation);
    this.#hooks.onConversation(conversation);
  }
}

/** A client that begins its next call has the result of the last one, unless it asked for it in vain. */
function hasGoneOn({ result, unheardAsks, semantics }: Call): boolean {
  return result !== null || (unheardAsks === 0 && semantics !== 'maybe' && semantics !== 'broadcast');
}

function speaksForClient(type: ClType, { client, translated }: Conversation, from: Endpoint): boolean {
  if (type === 'fack') return isSameEnd(from, client) || isSameEnd(from, translated);
  return FROM_CLIENT.has(type);
}

/** Numbers of calls are compared as signed differences of 32 bits. */
function isUpTo(sequence: number, last: number): boolean {
  return ((sequence - last) | 0) <= 0;
}

function carriesMessage(type: ClType): boolean {
  return type === 'request' || type === 'response' || type === 'fault' || type === 'reject';
}
