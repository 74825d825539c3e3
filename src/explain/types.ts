import { PACKET_KINDS, type PacketKind } from '../capture/datagram-reader.ts';
import { ICMP_REASONS, type IcmpReason } from '../capture/icmp.ts';
import type { Endpoint } from '../capture/packet.ts';
import { CL_TYPES, type ClType } from '../pdu/cl/header.ts';
import type { HostPorts } from './port-types.ts';
import type { StatusName } from './status-name.ts';

/** The lists of rooms below that the document counts by. */
export { CL_TYPES, ICMP_REASONS, PACKET_KINDS };

/** The document of `explain`. Times are ms from the first packet on, unless a name or comment says otherwise. */
export interface Explanation {
  readonly schema: 'clusrpc/explain/1';
  readonly source: SourceFacts;
  readonly rpc: RpcTotals;
  readonly findings: readonly Finding[];
  readonly hosts: readonly HostPorts[];
  readonly conversations: readonly ConversationView[];
  readonly omitted: Omitted;
  /** What the capture cannot show. */
  readonly doubts: readonly Doubt[];
  /** `nothing`: no RPC in it. `problems`: a finding of severity `problem`. `unknown`: none, but doubts. */
  readonly verdict: (typeof EXPLAIN_VERDICTS)[number];
}

export const EXPLAIN_VERDICTS = ['fine', 'problems', 'nothing', 'unknown'] as const;

export const DOUBT_IDS = [
  'not-looked-into',
  'cut-short',
  'incomplete',
  'one-direction',
  'no-answer-wanted',
  'no-result',
] as const;

/** A reason for which a capture without problems does not show that nothing is wrong. */
export interface Doubt {
  readonly id: (typeof DOUBT_IDS)[number];
  readonly count: number;
  /** What there are `count` of. */
  readonly text: string;
}

/** The capture itself: its format, its size, its links. */
export interface SourceFacts {
  /** The file, the folder, or the files; null for bytes and pipes. */
  readonly name: string | null;
  /** In the order in which they were read; none for bytes and pipes. */
  readonly files: readonly { readonly name: string; readonly packets: number }[];
  readonly packets: number;
  readonly bytes: number;
  /** Byte offset of the record that the end of the file cuts; null: it ends between two. */
  readonly cutShortAt: number | null;
  /** Packets of which only the first bytes were captured, and the most bytes of one: the snap length; null: all are whole. */
  readonly snapped: { readonly packets: number; readonly bytes: number } | null;
  /** Where and how the file breaks its format; what stands before that place has been read. */
  readonly damage: string | null;
  /** ms since 1970; null without packets. */
  readonly firstTime: number | null;
  readonly durationMs: number;
  readonly kinds: Readonly<Record<PacketKind, number>>;
  readonly ipReassembly: {
    readonly timedOut: number;
    readonly evicted: number;
    readonly conflicting: number;
    readonly unfinished: number;
  };
}

/** Datagram RPC in the whole capture, counted. */
export interface RpcTotals {
  readonly pdus: number;
  /** Bytes of UDP payload in them. */
  readonly bytes: number;
  readonly types: Readonly<Record<ClType, number>>;
  readonly conversations: number;
  /** Calls of applications of which a request was seen; callbacks are counted apart. */
  readonly calls: number;
  /** Calls of which only answers or control packets were seen. */
  readonly callsWithoutRequest: number;
  readonly results: Readonly<Record<ResultKind, number>>;
  readonly callbacks: { readonly calls: number; readonly answered: number };
  /** Requests, responses, faults and rejects sent again: same call and fragment, another serial number. */
  readonly retransmissions: number;
  /** The same PDU once more, with the same serial number: doubled by the network, or captured twice. */
  readonly duplicates: number;
  readonly recognition: Recognition;
}

/** How sure it is that what was taken for RPC is RPC. */
export interface Recognition {
  /** Datagrams that begin as RPC does and break one of its rules: taken for something else. */
  readonly lookalikes: number;
  /** PDUs of known activities that break a rule of the heuristic and were read nevertheless. */
  readonly lenient: number;
  /** PDUs whose body cannot be read. */
  readonly malformed: number;
  /** PDUs whose end the snap length cut off. */
  readonly cutShort: number;
  /** Datagrams that begin as RPC does and of which the snap length left less than a header. */
  readonly cutHeaders: number;
  /** Conversations of an unknown interface in which only one side said anything: what a false positive looks like. */
  readonly unconfirmed: number;
}

/** How a call can have ended, as far as the capture shows. */
export const RESULT_KINDS = [
  'response',
  'fault',
  'reject',
  'partial', // some fragments of a response
  'none', // nothing came
  'unreachable', // ICMP answered
  'unseen', // the client has it, but it is not in the capture
  'pending', // nothing yet when the capture ended
  'not-expected', // a maybe or broadcast call
] as const;

/** One of RESULT_KINDS. */
export type ResultKind = (typeof RESULT_KINDS)[number];

/** Everything between a client's and a server's ports. */
export interface ConversationView {
  /** UUID of the activity. */
  readonly activity: string;
  readonly client: Endpoint;
  /** Where the first request went. */
  readonly asked: Endpoint | null;
  /** Who answered last: another port than `asked` where the endpoint mapper forwarded the request. */
  readonly answeredFrom: Endpoint | null;
  /** The client as the other side of a NAT sees it, where both sides are in the capture. */
  readonly translated: Endpoint | null;
  /** Seconds since 1970; null: never said. */
  readonly serverBoot: number | null;
  /** UUID of the client process, as it told a callback. */
  readonly addressSpace: string | null;
  /** Number of the first packet. */
  readonly frame: number;
  readonly ms: number;
  readonly durationMs: number;
  readonly pdus: number;
  readonly calls: readonly CallView[];
  readonly omittedCalls: number;
}

/** One call, from the first packet of it to the last. */
export interface CallView {
  readonly sequence: number;
  readonly interface: { readonly name: string | null; readonly uuid: string; readonly version: string };
  readonly opnum: number;
  readonly operation: string | null;
  readonly semantics: CallSemantics;
  readonly authentication: { readonly protocol: number; readonly level: number | null } | null;
  readonly frame: number;
  readonly ms: number;
  /** From the first packet of the call to its complete result; null without one. */
  readonly durationMs: number | null;
  readonly request: MessageView;
  readonly response: MessageView;
  readonly pings: number;
  readonly workings: number;
  readonly nocalls: number;
  /** What ICMP said of its requests. */
  readonly refusal: RefusalView | null;
  readonly facks: { readonly client: number; readonly server: number };
  readonly acks: number;
  readonly cancels: number;
  readonly callbacks: readonly CallbackView[];
  readonly result: { readonly kind: ResultKind; readonly status: StatusName | null; readonly win32: StatusName | null };
  readonly findings: readonly FindingId[];
}

/** Why a call was refused. */
export interface RefusalView {
  readonly reason: IcmpReason;
  /** Address of the host or router that says so. */
  readonly by: string;
  readonly frame: number;
  readonly count: number;
}

export const CALL_SEMANTICS = ['at-most-once', 'idempotent', 'maybe', 'broadcast'] as const;

export type CallSemantics = (typeof CALL_SEMANTICS)[number];

/** A request or a response with its fragments. */
export interface MessageView {
  /** Different fragments seen. */
  readonly fragments: number;
  /** Bytes of stub in them. */
  readonly bytes: number;
  readonly complete: boolean;
  readonly retransmissions: number;
  readonly duplicates: number;
  /** Datagrams that IP had to fragment. */
  readonly ipFragmented: number;
}

/** One callback of the server about a call (C706 conv). */
export interface CallbackView {
  readonly operation: string;
  readonly frame: number;
  readonly ms: number;
  /** How often it was sent. */
  readonly sent: number;
  /** null: no answer was seen. */
  readonly answeredAfterMs: number | null;
  readonly status: StatusName | null;
}

/** Everything that `explain` can find, by name. */
export const FINDING_IDS = [
  'ports-leak',
  'callback-unanswered',
  'unreachable',
  'requests-lost',
  'server-silent',
  'server-restarted',
  'call-rejected',
  'call-faulted',
  'operation-failed',
  'response-lost',
  'client-gone',
  'path-too-narrow',
  'answered-from-elsewhere',
  'packets-lost',
  'clocks-differ',
] as const;

/** One of FINDING_IDS. */
export type FindingId = (typeof FINDING_IDS)[number];

/** How much a finding matters. */
export type Severity = 'problem' | 'notice';

/** Cases of one kind that share an explanation. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly title: string;
  /** What it means. */
  readonly meaning: string;
  readonly advice: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The first few cases. */
  readonly examples: readonly FindingExample[];
}

/** A place in the capture where a finding shows. */
export interface FindingExample {
  /** null: it is not a single packet. */
  readonly frame: number | null;
  readonly ms: number;
  /** `10.0.0.9:5000`; null where the case is not one of a client or server. */
  readonly client: string | null;
  readonly server: string | null;
  readonly detail: string;
}

/** What was left out so that memory and document stay bounded. */
export interface Omitted {
  /** Conversations and calls that were counted and judged but are not listed. */
  readonly conversations: number;
  readonly calls: number;
  /** Conversations that were given up for newer ones before they had fallen silent. */
  readonly evicted: number;
  /** Client hosts whose ports were followed and are not listed. */
  readonly hosts: number;
  /** Calls to clusters from hosts and ports that were not followed, since there were too many. */
  readonly unfollowedCalls: number;
  /** Cases of findings of which there were too many kinds. */
  readonly findings: number;
}
