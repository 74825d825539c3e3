import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ClusapiResult, defineOperation } from './operation.ts';

export interface CloseClusterRequest {
  readonly cluster: ContextHandle;
}

export interface CloseClusterResponse extends ClusapiResult {
  /** Nil once it is closed. */
  readonly cluster: ContextHandle;
}

/** Operation 1 ([MS-CMRP] 3.1.4.1.2). The same in 2.0 and 3.0. */
export const ApiCloseCluster = defineOperation<CloseClusterRequest, CloseClusterResponse>({
  name: 'ApiCloseCluster',
  request: {
    write: (writer, { cluster }) => writeContextHandle(writer, cluster),
    read: (reader) => ({ cluster: readContextHandle(reader) }),
  },
  response: {
    write: (writer, { cluster, status }) => {
      writeContextHandle(writer, cluster);
      writeU32(writer, status);
    },
    read: (reader) => ({ cluster: readContextHandle(reader), status: readU32(reader) }),
  },
  refused: (status, { cluster }) => ({ cluster, status }),
});
