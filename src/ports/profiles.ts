/** Ways in which an open or a later call can fail, as far as the ports care. */
export const FAILURE_KINDS = [
  'no-answer',
  'reject',
  'fault',
  'callback-failed',
  'no-memory',
  'close-failed',
  'call-failed-later',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * The failures that leak on an unfixed runtime: those of an open. KB814622 speaks of "some unsuccessful RPC
 * communications or unsuccessful memory allocations" and does not say which.
 */
export const DEFAULT_LEAK_ON: readonly FailureKind[] = ['no-answer', 'reject', 'fault', 'callback-failed', 'no-memory'];

/** KB814622: "By default, that period is 240 seconds". In ms. */
export const DEFAULT_RECYCLE_AFTER = 240_000;

/** Whether a recycled port serves later opens of its process, or none: the two readings of KB814622's last paragraph. */
export type PortReuse = 'by-process' | 'never';

/** What a failed open does to its port: lost to its process (unfixed), or kept by it (fixed). */
export type OnFailure = 'leak' | 'retain';

export interface ClientProfile {
  readonly onFailure: OnFailure;
  readonly reuse: PortReuse;
  readonly standsFor: string;
}

const UNFIXED = { onFailure: 'leak', reuse: 'by-process', standsFor: 'Rpcrt4.dll below 5.0.2195.6662' } as const;

/** Client machines that KB814622 speaks of; it says nothing of other systems, so there are none for them. */
export const CLIENT_PROFILES = {
  'windows-2000-rtm': UNFIXED,
  'windows-2000-sp1': UNFIXED,
  'windows-2000-sp2': UNFIXED,
  'windows-2000-sp3': UNFIXED,
  'windows-2000-sp3-kb814622': {
    onFailure: 'retain',
    reuse: 'by-process',
    standsFor: 'Service Pack 3 with the hotfix: Ole32, Rpcrt4 and Rpcss at 5.0.2195.6662 or later',
  },
  'windows-2000-sp4': { onFailure: 'retain', reuse: 'by-process', standsFor: 'the first service pack with the fix' },
  strict: { onFailure: 'leak', reuse: 'never', standsFor: 'the letter of KB814622' },
} as const satisfies Record<string, ClientProfile>;

/** One of the names of CLIENT_PROFILES. */
export type ClientProfileName = keyof typeof CLIENT_PROFILES;

export interface RuntimeSettings {
  readonly onFailure: OnFailure;
  readonly reuse: PortReuse;
  readonly leakOn: ReadonlySet<FailureKind>;
  /** ms between CloseCluster and `recycled`. */
  readonly recycleAfter: number;
  /**
   * Where the port of a failed open goes when it does not leak. `recycled` at once by default, since nothing uses it any
   * more; the article does not say how the cure works, and `closing` lets it wait like a closed one.
   */
  readonly afterFailure: 'recycled' | 'closing';
  /** An open without a port fails with 1721, or waits as the program of the article does. */
  readonly onExhaustion: 'fail' | 'hang';
}

/** How the RPC runtime of an emulated program treats its ports; times in ms. */
export interface RuntimeOptions extends Partial<Omit<RuntimeSettings, 'leakOn'>> {
  /** `windows-2000-sp3` when left out; the other options change single settings of it. */
  readonly profile?: ClientProfileName;
  readonly leakOn?: Iterable<FailureKind>;
}

export function runtimeSettings(options: RuntimeOptions = {}): RuntimeSettings {
  const { onFailure, reuse } = CLIENT_PROFILES[options.profile ?? 'windows-2000-sp3'];
  return {
    onFailure: options.onFailure ?? onFailure,
    reuse: options.reuse ?? reuse,
    leakOn: new Set(options.leakOn ?? DEFAULT_LEAK_ON),
    recycleAfter: options.recycleAfter ?? DEFAULT_RECYCLE_AFTER,
    afterFailure: options.afterFailure ?? 'recycled',
    onExhaustion: options.onExhaustion ?? 'fail',
  };
}
