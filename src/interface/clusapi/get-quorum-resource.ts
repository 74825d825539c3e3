import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { type ClusapiResult, defineOperation, NO_PARAMETERS, type NoParameters } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

export interface GetQuorumResourceResponse extends ClusapiResult {
  /** Null when status is not 0. */
  readonly resourceName: string | null;
  /** Where the quorum log lies, such as `Q:\MSCS\`. */
  readonly deviceName: string | null;
  /** Bytes. */
  readonly maxQuorumLogSize: number;
}

/** Operation 5 ([MS-CMRP] 3.1.4.1.6). */
export const ApiGetQuorumResource = defineOperation<NoParameters, GetQuorumResourceResponse>({
  name: 'ApiGetQuorumResource',
  request: NO_PARAMETERS,
  response: {
    write: (writer, response, ids, version) => {
      writePointer(writer, ids, response.resourceName, writeWideString);
      writePointer(writer, ids, response.deviceName, writeWideString);
      writeU32(writer, response.maxQuorumLogSize);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      resourceName: readPointer(reader, readWideString),
      deviceName: readPointer(reader, readWideString),
      maxQuorumLogSize: readU32(reader),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ resourceName: null, deviceName: null, maxQuorumLogSize: 0, status }),
});
