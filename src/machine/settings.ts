/** What both machines must agree on with themselves about messages of many fragments. */
export interface MessageSettings {
  /** Largest PDU that is sent or asked for, bytes: 4 096 on Windows 2000 and later, 1 024 on NT 4.0 ([MS-RPCE] note 17). */
  readonly maxPdu: number;
  /** When a larger PDU size that the peer has shown is used: Windows waits for the next call ([MS-RPCE] 3.2.1.5.3), C706 runtimes do not. */
  readonly sizeGrowth: 'next-call' | 'at-once';
  /**
   * What window_size of a fack counts, sent and received: [MS-RPCE] 3.2.1.5.3 says fragments, C706 runtimes kilobytes of
   * buffer. Below 8 KiB both readings come to the same; a wrong guess costs speed, not data.
   */
  readonly windowUnit: 'fragments' | 'kilobytes';
  /** The window that is offered, in that unit: [MS-RPCE] note 78 has 0x2000 for clients, 0x10000 for servers, which bounded is 32. */
  readonly receiveWindow: number;
  /** Fragments of the largest burst; the first is one ([MS-RPCE] 3.2.2.1.4). */
  readonly burstMax: number;
  /** Version of fack bodies that are sent; both are understood. Windows sends 1 ([MS-RPCE] note 48). */
  readonly fackVersion: 0 | 1;
  /** Quiet time, ms, after which a fack without news means that the last burst was lost, and not that the network doubled a fack. */
  readonly burstPause: number;
  /** Time without one more fragment through, ms, after which a message is given up however much the peer has to say. */
  readonly stallAfter: number;
  /** Longest message, bytes: 1 MiB of data and room for its NDR. */
  readonly maxMessage: number;
  /** Fragments kept beyond the first missing one. C706 runtimes queue 96. */
  readonly maxFragmentsAhead: number;
}

/** Timers and limits of the client machine, ms. Windows' values unless a line says otherwise. */
export interface ClientSettings extends MessageSettings {
  /** Wait before an unanswered request or ping is sent again ([MS-RPCE] 3.2.2.2.1). */
  readonly retransmitInitial: number;
  /** Upper bound of that wait once it has grown ([MS-RPCE] 3.2.2.2.1). */
  readonly retransmitMax: number;
  /** Whether silence doubles the wait as well (C706 clients); Windows doubles it only when the server says working. */
  readonly backOffOnSilence: boolean;
  /** Silence after which a call fails. Windows' own figure is not published; 30 s is the default of C706 runtimes. */
  readonly giveUpAfter: number;
  /** Wait for the next call before a response is acknowledged by a packet of its own ([MS-RPCE] 3.2.2.6.3). */
  readonly delayedAck: number;
  /** Interval of convc_indy while context handles are held ([MS-RPCE] 3.2.2.2.4). */
  readonly keepAlive: number;
  /** Idle time after which an activity is forgotten ([MS-RPCE] 3.2.2.2.5). */
  readonly activityIdle: number;
  /** Whose UUID convc_indy carries: C706 sends the one of the address space, [MS-RPCE] 3.2.2.6.2 that of an activity. */
  readonly keepAliveUuid: 'address-space' | 'activity';
  /** Nocalls in a row that fail the call ([MS-RPCE] note 84, there for those with an open window). */
  readonly nocallLimit: number;
  /** Whether an unanswered request in one PDU is asked after by a ping, as C706 clients do, or sent again. */
  readonly pingsWhenSilent: boolean;
  /** Most activities for one binding; further calls wait for one. Unlimited, each call at the same time has its own. */
  readonly activitiesPerBinding: number;
  /** Whether a waiting call may start before the one ahead of it has ended, once the server has offered it by PF2_UNRELATED ([MS-RPCE] 3.2.1.5.2). */
  readonly overlap: boolean;
  /** Whether a confirmed cancel ends the call (Windows), or only makes the server's manager end it (C706). */
  readonly cancelEnds: boolean;
  /** Wait for the server after a cancel, before the call is given up. Windows: for ever ([MS-RPCE] 3.2.2.2.2), C706 App. K: 1 s. */
  readonly cancelTimeout: number;
  /** Quits without a body that tell a server of an abandoned call, a second apart until it confirms; 0: none. C706 runtimes send 3. */
  readonly orphanQuits: number;
  readonly orphanInterval: number;
  /** Whether a fragmented request may be flagged idempotent; C706 runtimes take that for at-most-once. */
  readonly idempotentFragments: boolean;
  /** Bytes of unfinished responses, of all calls. */
  readonly maxReassembly: number;
}

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
  /** TIMEOUT_IDLE: how long a silent activity and a silent client are remembered (C706 App. K). */
  readonly activityIdle: number;
  /** Windows answers a ping only when its serial number is higher than all before ([MS-RPCE] note 93); C706 clients need not raise it. */
  readonly pingSerialMustRise: boolean;
  /** How a ping is told that fragments are missing: [MS-RPCE] 3.2.3.5.5 by fack, C706 runtimes by nocall with a body. */
  readonly missingFragments: 'fack' | 'nocall';
  /** Whether the first request of a call that is over is dropped (Windows) or rejected with nca_s_proto_error (C706). */
  readonly repeatOfFinished: 'drop' | 'reject';
  /** Whether a cancel removes the call (Windows) or is left to the manager, which still answers (C706). */
  readonly cancelRemoves: boolean;
  /** Bytes that an address may get for each byte it sent, until it has answered a callback: nobody is flooded in its name. */
  readonly amplification: number;
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
