import type { OperationalVersion } from '../interface/clusapi/get-cluster-version2.ts';
import type { ClusapiVersion } from '../interface/clusapi/index.ts';
import type { ServerSettings } from '../machine/cl/dialects.ts';
import { invalidOption } from '../status/options.ts';

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
  /** 2: over UDP. 3: over TCP, and no datagram RPC at all ([MS-CMRP] 1.7, note 2; [MS-RPCE] note 44). */
  readonly clusapi: ClusapiVersion;
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
  clusapi: 2,
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
  clusapi: 2,
} as const;

/** Versions of Windows Server 2008 and later; what concerns datagrams is as before and of no use. */
const WINDOWS_2008 = {
  ...WINDOWS_2000,
  major: 6,
  servicePack: '',
  vendor: 'Microsoft(R) Cluster service',
  clusapi: 3,
} as const;

/** The systems that serve ClusAPI ([MS-CMRP] note 2); operational versions by note 24, which ends with Server 2016. */
export const HOST_PROFILES = {
  'windows-nt4-sp3': {
    ...NT4,
    servicePack: 'Service Pack 3',
    highestVersion: 0x000100e0,
    lowestVersion: 0x000100e0,
    clusterVersion2: false,
  },
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
  'windows-server-2008': {
    ...WINDOWS_2008,
    build: 6002,
    servicePack: 'Service Pack 2',
    highestVersion: 0x00051771,
    lowestVersion: 0x00051771,
  },
  'windows-server-2008-r2': {
    ...WINDOWS_2008,
    minor: 1,
    build: 7601,
    servicePack: 'Service Pack 1',
    highestVersion: 0x00061db1,
    lowestVersion: 0x00051771,
  },
  'windows-server-2012': {
    ...WINDOWS_2008,
    minor: 2,
    build: 9200,
    highestVersion: 0x000723f0,
    lowestVersion: 0x00061db1,
  },
  'windows-server-2012-r2': {
    ...WINDOWS_2008,
    minor: 3,
    build: 9600,
    highestVersion: 0x00082580,
    lowestVersion: 0x000723f0,
  },
  'windows-server-2016': {
    ...WINDOWS_2008,
    major: 10,
    minor: 0,
    build: 14393,
    highestVersion: 0x00090003,
    lowestVersion: 0x00082580,
  },
  'windows-server-2019': {
    ...WINDOWS_2008,
    major: 10,
    minor: 0,
    build: 17763,
    highestVersion: 0x000a0003,
    lowestVersion: 0x00090003,
  },
  'windows-server-2022': {
    ...WINDOWS_2008,
    major: 10,
    minor: 0,
    build: 20348,
    highestVersion: 0x000b0003,
    lowestVersion: 0x000a0003,
  },
} as const satisfies Record<string, HostProfile>;

/** Windows versions that the host can be. */
export type HostProfileName = keyof typeof HOST_PROFILES;

export const DEFAULT_HOST_PROFILE: HostProfileName = 'windows-2000-sp3';

/** Set where the nodes run different versions ([MS-CMRP] 2.2.3.3). */
const MIXED_MODE = 1;

/** What a cluster of such nodes agrees on: the highest version that all of them know, and the lowest one that none is below. */
export function operationalVersion(nodes: readonly HostProfile[]): OperationalVersion {
  const highest = nodes.map(({ highestVersion }) => highestVersion);
  return {
    highest: Math.min(...highest),
    lowest: Math.max(...nodes.map(({ lowestVersion }) => lowestVersion)),
    flags: new Set(highest).size > 1 ? MIXED_MODE : 0,
  };
}

/** Throws LocalMisuseError with the known names for one that is not among them. */
export function hostProfile(profile: HostProfileName | HostProfile): HostProfile {
  if (typeof profile !== 'string') return profile;
  if (Object.hasOwn(HOST_PROFILES, profile)) return HOST_PROFILES[profile];
  throw invalidOption(
    `there is no host profile ${JSON.stringify(profile)}`,
    `Take one of ${Object.keys(HOST_PROFILES).join(', ')}.`,
  );
}

/** As hostProfile, where only datagrams are to be had. */
export function datagramHostProfile(profile: HostProfileName | HostProfile): HostProfile {
  const found = hostProfile(profile);
  if (found.clusapi === 2) return found;
  throw invalidOption(
    'this host profile serves ClusAPI 3.0 over TCP, and here are datagrams only',
    `Take one of ${DATAGRAM_HOST_PROFILES.join(', ')}.`,
  );
}

export const DATAGRAM_HOST_PROFILES: readonly HostProfileName[] = (
  Object.keys(HOST_PROFILES) as HostProfileName[]
).filter((name) => HOST_PROFILES[name].clusapi === 2);
