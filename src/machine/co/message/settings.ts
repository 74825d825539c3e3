/** What both ends have in common, bytes. */
export interface CoMessageSettings {
  /** Largest fragment sent and taken; what is agreed is the smaller one of both ends. Windows: 5840. */
  readonly maxFragment: number;
  /** Longest request or response. */
  readonly maxMessage: number;
}

/** MustRecvFragSize: no end may ask for smaller fragments (C706 12.6.3.1). */
export const LEAST_FRAGMENT = 1432;

export const MESSAGE_SETTINGS: CoMessageSettings = { maxFragment: 5840, maxMessage: 16 * 1024 * 1024 };
