import {
  type ContextHandle,
  NIL_CONTEXT_HANDLE,
  readContextHandle,
  writeContextHandle,
} from '../../ndr/context-handle.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ClusapiResult, defineOperation, NO_PARAMETERS, type NoParameters } from './operation.ts';

export interface OpenClusterResponse extends ClusapiResult {
  /** Nil unless status is 0. */
  readonly cluster: ContextHandle;
}

/** Operation 0 ([MS-CMRP] 3.1.4.1.1): the return value is the handle, so the status stands before it. The same in 2.0 and 3.0. */
export const ApiOpenCluster = defineOperation<NoParameters, OpenClusterResponse>({
  name: 'ApiOpenCluster',
  request: NO_PARAMETERS,
  response: {
    write: (writer, { status, cluster }) => {
      writeU32(writer, status);
      writeContextHandle(writer, cluster);
    },
    read: (reader) => ({ status: readU32(reader), cluster: readContextHandle(reader) }),
  },
  refused: (status) => ({ status, cluster: NIL_CONTEXT_HANDLE }),
});
