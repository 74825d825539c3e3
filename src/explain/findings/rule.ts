import type { BootChange } from '../boot-times.ts';
import type { Call } from '../call.ts';
import type { ClockFacts } from '../clocks.ts';
import type { Conversation } from '../conversation.ts';
import type { ExplainSettings } from '../limits.ts';
import type { HostPorts } from '../port-types.ts';
import type { FindingExample, FindingId, RpcTotals, Severity, SourceFacts } from '../types.ts';

/** A call that will not change any more, with what is around it. */
export interface CallCase {
  readonly call: Call;
  readonly conversation: Conversation;
  /** `clusapi ApiOpenCluster` */
  readonly name: string;
  /** Of the last packet of the capture so far. */
  readonly nowMs: number;
  readonly settings: ExplainSettings;
}

/** What a rule says of a call. Rulings of one rule with the same title are told together. */
export interface Ruling {
  readonly severity: Severity;
  readonly title: string;
  readonly meaning: string;
  readonly advice: string;
  readonly detail: string;
}

/** Pure: the same call gets the same ruling. */
export interface CallRule {
  readonly id: FindingId;
  judge(call: CallCase): Ruling | null;
}

/** All that there is at the end. */
export interface CaptureCase {
  readonly source: SourceFacts;
  readonly rpc: RpcTotals;
  readonly boots: { readonly changes: readonly BootChange[]; readonly count: number };
  readonly clocks: ClockFacts;
  /** Calls that were answered before they were asked. */
  readonly early: number;
  readonly hosts: readonly HostPorts[];
  /** Datagrams with requests and results of calls that came to a result, and how many of them were repetitions. */
  readonly answered: { readonly messages: number; readonly retransmissions: number };
  /** What times count from, ms since 1970. */
  readonly baseMs: number;
}

export interface CaptureRuling extends Omit<Ruling, 'detail'> {
  readonly count: number;
  readonly examples: readonly FindingExample[];
}

export interface CaptureRule {
  readonly id: FindingId;
  judge(capture: CaptureCase): readonly CaptureRuling[];
}
