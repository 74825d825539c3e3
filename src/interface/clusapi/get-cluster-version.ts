import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type ClusapiResult, defineOperation, NO_PARAMETERS, type NoParameters } from './operation.ts';
import { type ClusterVersionFields, NO_VERSION, readVersionFields, writeVersionFields } from './version-fields.ts';

export interface GetClusterVersionResponse extends ClusterVersionFields, ClusapiResult {}

/** Operation 4 ([MS-CMRP] 3.1.4.1.5), for servers without operation 102. A 3.0 server answers 120 ERROR_CALL_NOT_IMPLEMENTED. */
export const ApiGetClusterVersion = defineOperation<NoParameters, GetClusterVersionResponse>({
  name: 'ApiGetClusterVersion',
  request: NO_PARAMETERS,
  response: {
    write: (writer, response, ids) => {
      writeVersionFields(writer, ids, response);
      writeU32(writer, response.status);
    },
    read: (reader) => ({ ...readVersionFields(reader), status: readU32(reader) }),
  },
  refused: (status) => ({ ...NO_VERSION, status }),
});
