import type { MessageSettings } from '../message/settings.ts';

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
  /** Whether a fragmented request that is all out is asked after by a ping before any of it is repeated. */
  readonly asksAfterLast: boolean;
  /** Whether silence in the middle of a response draws a ping beside the fack: C706 servers take a fack that they know for stale. */
  readonly pingsForResponse: boolean;
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
