import type { NativeUdpCounters } from './addon.ts';
import type { CallOptions } from './cluster-api.ts';
import type { AddonOptions } from './load-addon.ts';
import { localCall } from './native-cluster.ts';

/** The UDP counters of this machine, one set for each of IPv4 and IPv6 (GetUdpStatisticsEx). */
export async function liveUdpCounters(options: CallOptions & AddonOptions = {}): Promise<readonly NativeUdpCounters[]> {
  return localCall('GetUdpStatisticsEx', '', options, (addon, settle) => addon.udpCounters(settle));
}
