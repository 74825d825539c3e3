import type { ServerSettings } from '../machine/cl/dialects.ts';
import { LocalMisuseError } from '../status/errors.ts';

/** What a Windows version shows of itself to a client of its Cluster service. */
export interface HostProfile {
  /** What ApiGetClusterVersion2 tells ([MS-CMRP] 3.1.4.1.5, notes 64 to 68). */
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** `Service Pack 3`; empty without one. */
  readonly servicePack: string;
  readonly vendor: string;
  /** CLUSTER_OPERATIONAL_VERSION_INFO of a cluster whose nodes are all alike ([MS-CMRP] note 24). */
  readonly highestVersion: number;
  readonly lowestVersion: number;
  /** Whether operation 102 exists; Windows NT 4.0 SP3 refuses it with 1745 ([MS-CMRP] note 63). */
  readonly clusterVersion2: boolean;
  /** Largest PDU over UDP, bytes with the header ([MS-RPCE] note 17). */
  readonly maxPdu: number;
  /** Operation of its conversation callbacks; Windows never uses 0 ([MS-RPCE] 3.2.3.4.3). */
  readonly callback: ServerSettings['callback'];
  /** Whether it offers overlapped calls ([MS-RPCE] note 45). */
  readonly offersOverlap: boolean;
  /** Whether it has datagram RPC at all ([MS-RPCE] note 44). */
  readonly datagramRpc: boolean;
}

const NT4 = {
  major: 4,
  minor: 0,
  build: 0x00e0,
  vendor: '',
  highestVersion: 0x000200e0,
  lowestVersion: 0x000100e0,
  clusterVersion2: true,
  maxPdu: 1024,
  callback: 'who-are-you-2',
  offersOverlap: false,
  datagramRpc: true,
} as const;

/** No document tells the vendor strings of Windows NT 4.0 and 2000: empty ones promise nothing. */
const WINDOWS_2000 = {
  major: 5,
  minor: 0,
  build: 0x0893,
  vendor: '',
  highestVersion: 0x00030893,
  lowestVersion: 0x000200e0,
  clusterVersion2: true,
  maxPdu: 4096,
  callback: 'who-are-you-2',
  offersOverlap: true,
  datagramRpc: true,
} as const;

/** The systems that serve ClusAPI 2.0 over UDP ([MS-CMRP] note 2). */
export const HOST_PROFILES = {
  'windows-nt4-sp6': { ...NT4, servicePack: 'Service Pack 6' },
  'windows-2000-rtm': { ...WINDOWS_2000, servicePack: '' },
  'windows-2000-sp1': { ...WINDOWS_2000, servicePack: 'Service Pack 1' },
  'windows-2000-sp2': { ...WINDOWS_2000, servicePack: 'Service Pack 2' },
  'windows-2000-sp3': { ...WINDOWS_2000, servicePack: 'Service Pack 3' },
  'windows-2000-sp4': { ...WINDOWS_2000, servicePack: 'Service Pack 4' },
  'windows-server-2003': {
    ...WINDOWS_2000,
    minor: 2,
    build: 0x0ece,
    servicePack: '',
    vendor: 'Microsoft(R) Cluster service',
    highestVersion: 0x00040ece,
    lowestVersion: 0x00030893,
  },
} as const satisfies Record<string, HostProfile>;

/** Windows versions that the host can be. */
export type HostProfileName = keyof typeof HOST_PROFILES;

export const DEFAULT_HOST_PROFILE: HostProfileName = 'windows-2000-sp3';

/** Throws LocalMisuseError with the known names for one that is not among them. */
export function hostProfile(profile: HostProfileName | HostProfile): HostProfile {
  if (typeof profile !== 'string') return profile;
  if (Object.hasOwn(HOST_PROFILES, profile)) return HOST_PROFILES[profile];
  const later = /^windows-(server-)?20(08|12|16|19|22)/.test(profile);
  throw new LocalMisuseError(
    later
      ? `host profile ${profile} is not in this version: it serves ClusAPI 3.0 over TCP`
      : `there is no host profile ${JSON.stringify(profile)}`,
    {
      code: 'ERR_CLUSRPC_INVALID_OPTION',
      advice: `Take one of ${Object.keys(HOST_PROFILES).join(', ')}.`,
    },
  );
}
