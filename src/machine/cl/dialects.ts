import type { ClientSettings } from './client/settings.ts';
import type { MessageSettings } from './message/settings.ts';
import type { ServerSettings } from './server/settings.ts';

export type { ClientSettings, MessageSettings, ServerSettings };

/** Works with every peer (liberal), or behaves as Windows 2000 and later ([MS-RPCE]) or a C706 runtime such as FreeDCE would. */
export const DIALECT_NAMES = ['liberal', 'windows', 'c706'] as const;

/** One of DIALECT_NAMES. */
export type Dialect = (typeof DIALECT_NAMES)[number];

const WINDOWS_MESSAGES = {
  maxPdu: 4_096,
  sizeGrowth: 'next-call',
  windowUnit: 'fragments',
  burstMax: 32,
  fackVersion: 1,
  burstPause: 500,
  stallAfter: 120_000,
  maxMessage: 0x200000,
  maxFragmentsAhead: 96,
} as const satisfies Partial<MessageSettings>;

/** As FreeDCE has it: the window counts kilobytes, and its packets have room for 540 times eight bytes. */
const C706_MESSAGES = {
  ...WINDOWS_MESSAGES,
  maxPdu: 4_320,
  sizeGrowth: 'at-once',
  windowUnit: 'kilobytes',
  receiveWindow: 24,
  burstMax: 8,
} as const satisfies MessageSettings;

export const WINDOWS_CLIENT: ClientSettings = {
  ...WINDOWS_MESSAGES,
  receiveWindow: 8,
  retransmitInitial: 1_000,
  retransmitMax: 32_000,
  backOffOnSilence: false,
  giveUpAfter: 30_000,
  delayedAck: 2_000,
  keepAlive: 20_000,
  activityIdle: 120_000,
  keepAliveUuid: 'address-space',
  nocallLimit: 5,
  pingsWhenSilent: false,
  asksAfterLast: false,
  pingsForResponse: false,
  activitiesPerBinding: Number.POSITIVE_INFINITY,
  overlap: true,
  cancelEnds: true,
  cancelTimeout: Number.POSITIVE_INFINITY,
  orphanQuits: 3,
  orphanInterval: 1_000,
  idempotentFragments: true,
  maxReassembly: 0x4000000,
};

export const WINDOWS_SERVER: ServerSettings = {
  ...WINDOWS_MESSAGES,
  receiveWindow: 32,
  callback: 'who-are-you-2',
  offersOverlap: true,
  callbackGiveUpAfter: 15_000,
  sweep: 30_000,
  responseRetention: 15_000,
  responseRetransmit: null,
  responseRetransmitMax: 3_000,
  fackRetransmit: null,
  activityIdle: 300_000,
  pingSerialMustRise: true,
  missingFragments: 'fack',
  repeatOfFinished: 'drop',
  cancelEnds: true,
  // So answer the Windows XP whose answers nmap keeps among its fingerprints of msrpc.
  otherVersions: 'reject',
  amplification: 3,
  maxStrayNocalls: 1_000,
  maxActivities: 16_384,
  maxActivitiesPerPeer: 4_096,
  maxCalls: 16_384,
  maxCallsPerPeer: 4_096,
  maxFragments: 16_384,
  maxFragmentsPerPeer: 1_024,
  maxReassembly: 0x4000000,
  maxReassemblyPerPeer: 0x1000000,
  maxCallbacks: 4_096,
  maxCallbacksPerPeer: 1_024,
};

/** Where the families differ, what both understand, and of two readings the one that loses less. */
const LIBERAL_MESSAGES = {
  ...WINDOWS_MESSAGES,
  windowUnit: 'smaller',
  // As kilobytes 32 of the largest PDUs, as fragments bounded by the peer to 32.
  receiveWindow: 128,
} as const satisfies MessageSettings;

/** Servers of both ask by operation 1: only that tells the address space, and keep-alives carry it. */
export const DIALECTS: Readonly<Record<Dialect, { readonly client: ClientSettings; readonly server: ServerSettings }>> =
  {
    liberal: {
      client: {
        ...WINDOWS_CLIENT,
        ...LIBERAL_MESSAGES,
        delayedAck: 1_000,
        nocallLimit: Number.POSITIVE_INFINITY,
        asksAfterLast: true,
        pingsForResponse: true,
        cancelEnds: false,
        cancelTimeout: 1_000,
        idempotentFragments: false,
      },
      server: {
        ...WINDOWS_SERVER,
        ...LIBERAL_MESSAGES,
        responseRetransmit: 1_200,
        responseRetransmitMax: 8_000,
        fackRetransmit: 500,
        pingSerialMustRise: false,
        missingFragments: 'in-turn',
        cancelEnds: false,
        otherVersions: 'drop',
      },
    },
    windows: { client: WINDOWS_CLIENT, server: WINDOWS_SERVER },
    c706: {
      client: {
        ...WINDOWS_CLIENT,
        ...C706_MESSAGES,
        retransmitInitial: 2_000,
        retransmitMax: 8_000,
        backOffOnSilence: true,
        delayedAck: 3_000,
        activityIdle: 600_000,
        pingsWhenSilent: true,
        asksAfterLast: true,
        pingsForResponse: true,
        nocallLimit: Number.POSITIVE_INFINITY,
        overlap: false,
        cancelEnds: false,
        cancelTimeout: 1_000,
        idempotentFragments: false,
      },
      server: {
        ...WINDOWS_SERVER,
        ...C706_MESSAGES,
        offersOverlap: false,
        sweep: 60_000,
        responseRetention: 30_000,
        responseRetransmit: 2_000,
        responseRetransmitMax: 8_000,
        activityIdle: 600_000,
        pingSerialMustRise: false,
        missingFragments: 'nocall',
        repeatOfFinished: 'reject',
        cancelEnds: false,
        otherVersions: 'drop',
      },
    },
  };
