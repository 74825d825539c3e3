import { NIL_CONTEXT_HANDLE, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import type { OpenClusterResponse } from './open-cluster.ts';
import { defineOperation } from './operation.ts';

/** dwDesiredAccess and lpdwGrantedAccess ([MS-CMRP] 3.1.4.2.116). */
export const CLUSTER_ACCESS = { read: 0x80000000, all: 0x10000000, maximumAllowed: 0x02000000 } as const;

export interface OpenClusterExRequest {
  /** One of CLUSTER_ACCESS. */
  readonly access: number;
}

export interface OpenClusterExResponse extends OpenClusterResponse {
  readonly granted: number;
}

/** Operation 117 of 3.0 ([MS-CMRP] 3.1.4.2.116): a cluster for less than all. There is no rpc_status. */
export const ApiOpenClusterEx = defineOperation<OpenClusterExRequest, OpenClusterExResponse>({
  name: 'ApiOpenClusterEx',
  request: {
    write: (writer, { access }) => writeU32(writer, access),
    read: (reader) => ({ access: readU32(reader) }),
  },
  response: {
    write: (writer, { granted, status, cluster }) => {
      writeU32(writer, granted);
      writeU32(writer, status);
      writeContextHandle(writer, cluster);
    },
    read: (reader) => ({ granted: readU32(reader), status: readU32(reader), cluster: readContextHandle(reader) }),
  },
  refused: (status) => ({ granted: 0, status, cluster: NIL_CONTEXT_HANDLE }),
});
