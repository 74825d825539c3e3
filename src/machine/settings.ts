/** Timers and limits of the client machine, ms. Windows' values unless a line says otherwise. */
export interface ClientSettings {
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
  /** Nocalls with a body and an open window in a row that fail the call ([MS-RPCE] note 84). */
  readonly nocallLimit: number;
}

export const WINDOWS_CLIENT: ClientSettings = {
  retransmitInitial: 1_000,
  retransmitMax: 32_000,
  backOffOnSilence: false,
  giveUpAfter: 30_000,
  delayedAck: 2_000,
  keepAlive: 20_000,
  activityIdle: 120_000,
  keepAliveUuid: 'address-space',
  nocallLimit: 5,
};

/** Timers and limits of the server machine, ms. */
export interface ServerSettings {
  /** Operation that asks an unknown client who it is: Windows 2000 and later 1, C706 runtimes also 0 ([MS-RPCE] 3.2.3.4.3). */
  readonly callback: 'who-are-you' | 'who-are-you-2';
  /** Whether callbacks carry PF2_UNRELATED, "I understand overlapped calls"; Windows NT 4.0 never sets it ([MS-RPCE] note 45). */
  readonly offersOverlap: boolean;
  /** Silence after which a callback counts as failed and the held call is rejected. Not published; half of a client's patience. */
  readonly callbackGiveUpAfter: number;
  /** Interval of the sweep for idle calls and activities ([MS-RPCE] note 89). */
  readonly sweep: number;
  /** How long a finished response is kept for a client that does not acknowledge it ([MS-RPCE] note 94). */
  readonly responseRetention: number;
  /** Interval at which an unacknowledged response is sent again unasked; null: never, as Windows 2000 ([MS-RPCE] note 88). */
  readonly responseRetransmit: number | null;
  /** TIMEOUT_IDLE: how long a silent activity and a silent client are remembered (C706 App. K). */
  readonly activityIdle: number;
  /** Windows answers a ping only when its serial number is higher than all before ([MS-RPCE] note 93); C706 clients need not raise it. */
  readonly pingSerialMustRise: boolean;
  /** Most activities remembered; beyond it the oldest without a call in progress is forgotten. */
  readonly maxActivities: number;
}

export const WINDOWS_SERVER: ServerSettings = {
  callback: 'who-are-you-2',
  offersOverlap: true,
  callbackGiveUpAfter: 15_000,
  sweep: 30_000,
  responseRetention: 15_000,
  responseRetransmit: null,
  activityIdle: 300_000,
  pingSerialMustRise: false,
  maxActivities: 16_384,
};
