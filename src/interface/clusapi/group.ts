import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { type HandleRequest, handleParameter } from './handles.ts';
import { closeHandle, enumOf, openByName, textOf, UNKNOWN_STATE } from './object-operations.ts';
import { type ClusapiResult, defineOperation } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/** Operation 41 ([MS-CMRP] 3.1.4.1.42). */
export const ApiOpenGroup = openByName<'group'>('ApiOpenGroup');
/** Operation 44 ([MS-CMRP] 3.1.4.1.45). */
export const ApiCloseGroup = closeHandle<'group'>('ApiCloseGroup');
/** Operation 47 ([MS-CMRP] 3.1.4.1.48). */
export const ApiGetGroupId = textOf<'group'>('ApiGetGroupId');
/** Operation 53 ([MS-CMRP] 3.1.4.1.54): bits of GROUP_ENUM. */
export const ApiCreateGroupResourceEnum = enumOf<'group'>('ApiCreateGroupResourceEnum');

export const GROUP_ENUM = { contains: 0x00000001, nodes: 0x00000002 } as const;

/** [MS-CMRP] 3.1.4.1.46. A group without resources is offline. */
export const GROUP_STATES = { online: 0, offline: 1, failed: 2, 'partial-online': 3, pending: 4 } as const;

export interface GetGroupStateResponse extends ClusapiResult {
  /** A number of GROUP_STATES. */
  readonly state: number;
  /** Who owns it; null when status is not 0. */
  readonly nodeName: string | null;
}

/** Operation 45 ([MS-CMRP] 3.1.4.1.46). */
export const ApiGetGroupState = defineOperation<HandleRequest<'group'>, GetGroupStateResponse>({
  name: 'ApiGetGroupState',
  request: handleParameter(),
  response: {
    write: (writer, response, ids, version) => {
      writeU32(writer, response.state);
      writePointer(writer, ids, response.nodeName, writeWideString);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      state: readU32(reader),
      nodeName: readPointer(reader, readWideString),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ state: UNKNOWN_STATE, nodeName: null, status }),
});
