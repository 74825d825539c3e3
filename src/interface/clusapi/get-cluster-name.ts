import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { type ClusapiResult, defineOperation, NO_PARAMETERS, type NoParameters } from './operation.ts';

export interface GetClusterNameResponse extends ClusapiResult {
  /** Null when status is not 0. */
  readonly clusterName: string | null;
  /** The node that answered; null when status is not 0. */
  readonly nodeName: string | null;
}

/** Operation 3 ([MS-CMRP] 3.1.4.1.4). The same in 2.0 and 3.0. */
export const ApiGetClusterName = defineOperation<NoParameters, GetClusterNameResponse>({
  name: 'ApiGetClusterName',
  request: NO_PARAMETERS,
  response: {
    write: (writer, { clusterName, nodeName, status }, ids) => {
      writePointer(writer, ids, clusterName, writeWideString);
      writePointer(writer, ids, nodeName, writeWideString);
      writeU32(writer, status);
    },
    read: (reader) => ({
      clusterName: readPointer(reader, readWideString),
      nodeName: readPointer(reader, readWideString),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ clusterName: null, nodeName: null, status }),
});
