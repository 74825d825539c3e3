import {
  decodeInqStatsRequest,
  encodeInqIfIdsResponse,
  encodeInqStatsResponse,
  encodeIsServerListeningResponse,
  encodeStopServerListeningResponse,
  MGMT,
} from '../interface/mgmt/index.ts';
import { win32Code } from '../status/win32.ts';
import type { Dispatcher, RpcInterface } from './dispatcher.ts';

/** In the order of inq_stats (C706 App. Q). */
export interface CallStatistics {
  readonly callsIn: number;
  readonly callsOut: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
}

/** The management interface, which every RPC server has (C706 App. Q). */
export function managementInterface(dispatcher: Dispatcher, statistics: () => CallStatistics): RpcInterface {
  const listening = encodeIsServerListeningResponse({ status: 0, listening: true });
  return {
    uuid: MGMT.uuid,
    version: MGMT.version,
    operations: [
      () =>
        encodeInqIfIdsResponse({
          interfaces: dispatcher.interfaces.map(({ uuid, version }) => ({ uuid, version })),
          status: 0,
        }),
      ({ stub, littleEndian }) => {
        const { callsIn, callsOut, packetsIn, packetsOut } = statistics();
        const { count } = decodeInqStatsRequest(stub, littleEndian);
        return encodeInqStatsResponse({
          statistics: [callsIn, callsOut, packetsIn, packetsOut].slice(0, count),
          status: 0,
        });
      },
      () => listening,
      () => encodeStopServerListeningResponse({ status: win32Code('ERROR_ACCESS_DENIED') }),
    ],
  };
}
