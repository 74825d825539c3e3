import type { MessageSettings } from '../message/settings.ts';

/** Timers and limits of the server machine, ms. A peer is an address and port. */
export interface ServerSettings extends MessageSettings {
  /** Operation that asks an unknown client who it is: Windows 2000 and later 1, C706 runtimes also 0 ([MS-RPCE] 3.2.3.4.3). */
  readonly callback: 'who-are-you' | 'who-are-you-2';
  /** Whether callbacks carry PF2_UNRELATED, "I understand overlapped calls"; Windows NT 4.0 never sets it ([MS-RPCE] note 45). */
  readonly offersOverlap: boolean;
  /** Silence after which a callback counts as failed and the held call is rejected. Not published; half of a client's patience. */
  readonly callbackGiveUpAfter: number;
  /** Interval of the sweep for idle calls and activities ([MS-RPCE] note 89). */
  readonly sweep: number;
  /** How long a finished response is kept for a client that does not acknowledge it, and an unfinished request for its next fragment ([MS-RPCE] note 94). */
  readonly responseRetention: number;
  /** Interval at which an unacknowledged response is sent again unasked; null: never, as Windows 2000 ([MS-RPCE] note 88). */
  readonly responseRetransmit: number | null;
  /** Upper bound of that interval, which doubles each time. */
  readonly responseRetransmitMax: number;
  /** Interval at which a fack that brings no further fragment, and a burst that brings no fack, are sent again unasked; null: as responses. */
  readonly fackRetransmit: number | null;
  /** TIMEOUT_IDLE: how long a silent activity and a silent client are remembered (C706 App. K). */
  readonly activityIdle: number;
  /** Windows answers a ping only when its serial number is higher than all before ([MS-RPCE] note 93); C706 clients need not raise it. */
  readonly pingSerialMustRise: boolean;
  /** How a ping is told that fragments are missing: [MS-RPCE] 3.2.3.5.5 by fack, C706 runtimes by nocall with a body, or by both in turn. */
  readonly missingFragments: 'fack' | 'nocall' | 'in-turn';
  /** Whether the first request of a call that is over is dropped (Windows) or rejected with nca_s_proto_error (C706). */
  readonly repeatOfFinished: 'drop' | 'reject';
  /** Whether a cancel ends the call by nca_s_fault_cancel (Windows) or is left to the manager, which still answers (C706). */
  readonly cancelEnds: boolean;
  /** Whether a datagram of another RPC version is rejected with nca_s_rpc_version_mismatch, or dropped in silence (C706 12.5.1). */
  readonly otherVersions: 'reject' | 'drop';
  /** Bytes that an address may get for each byte it sent, until it has answered a callback: nobody is flooded in its name. */
  readonly amplification: number;
  /** Most nocalls and refused versions a second to addresses without an activity: a flood of pings must not become one of answers; who means it pings again. */
  readonly maxStrayNocalls: number;
  /** Most activities remembered, in all and of one peer; beyond it the one idle for longest goes, strangers first. */
  readonly maxActivities: number;
  readonly maxActivitiesPerPeer: number;
  /** Most calls in progress; beyond it they are rejected with nca_s_server_too_busy. */
  readonly maxCalls: number;
  readonly maxCallsPerPeer: number;
  /** Most fragments that wait for an earlier one; beyond it they are dropped and come again. */
  readonly maxFragments: number;
  readonly maxFragmentsPerPeer: number;
  /** Bytes of unfinished requests; beyond it the one without a fragment for longest goes. */
  readonly maxReassembly: number;
  readonly maxReassemblyPerPeer: number;
  /** Most callbacks under way; beyond it the oldest is given up, of one peer the newest. */
  readonly maxCallbacks: number;
  readonly maxCallbacksPerPeer: number;
}
