/** How a machine, client or server, sends and takes messages of many fragments. */
export interface MessageSettings {
  /** Largest PDU that is sent or asked for, bytes: 4 096 on Windows 2000 and later, 1 024 on NT 4.0 ([MS-RPCE] note 17). */
  readonly maxPdu: number;
  /** When a larger PDU size that the peer has shown is used: Windows waits for the next call ([MS-RPCE] 3.2.1.5.3), C706 runtimes do not. */
  readonly sizeGrowth: 'next-call' | 'at-once';
  /**
   * What window_size of a fack counts, sent and received: [MS-RPCE] 3.2.1.5.3 says fragments, C706 runtimes kilobytes of
   * buffer. Where the peer may be either, the smaller reading is right: fragments beyond its buffer are lost, each at the
   * price of a retransmission.
   */
  readonly windowUnit: 'fragments' | 'kilobytes' | 'smaller';
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
  /** Longest message, bytes: 2 MiB, twice the megabyte that is promised, for what its NDR may add. */
  readonly maxMessage: number;
  /** Fragments kept beyond the first missing one. C706 runtimes queue 96. */
  readonly maxFragmentsAhead: number;
}
