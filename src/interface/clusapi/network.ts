import { readWideString, writeWideString } from '../../ndr/string.ts';
import {
  closeHandle,
  enumOf,
  openByName,
  stateOf,
  type TextResponse,
  textOf,
  textParameter,
} from './object-operations.ts';
import { defineOperation } from './operation.ts';

/** Operation 81 ([MS-CMRP] 3.1.4.1.81). */
export const ApiOpenNetwork = openByName<'network'>('ApiOpenNetwork');
/** Operation 82 ([MS-CMRP] 3.1.4.1.82). */
export const ApiCloseNetwork = closeHandle<'network'>('ApiCloseNetwork');
/** Operation 83 ([MS-CMRP] 3.1.4.1.83): a number of NETWORK_STATES. */
export const ApiGetNetworkState = stateOf<'network'>('ApiGetNetworkState');
/** Operation 86 ([MS-CMRP] 3.1.4.1.86). */
export const ApiGetNetworkId = textOf<'network'>('ApiGetNetworkId');
/** Operation 85 ([MS-CMRP] 3.1.4.1.85): bits of NETWORK_ENUM. */
export const ApiCreateNetworkEnum = enumOf<'network'>('ApiCreateNetworkEnum');

/** Operation 92 ([MS-CMRP] 3.1.4.1.92). */
export const ApiOpenNetInterface = openByName<'netInterface'>('ApiOpenNetInterface');
/** Operation 93 ([MS-CMRP] 3.1.4.1.93). */
export const ApiCloseNetInterface = closeHandle<'netInterface'>('ApiCloseNetInterface');
/** Operation 94 ([MS-CMRP] 3.1.4.1.94): a number of NET_INTERFACE_STATES. */
export const ApiGetNetInterfaceState = stateOf<'netInterface'>('ApiGetNetInterfaceState');
/** Operation 96 ([MS-CMRP] 3.1.4.1.96). */
export const ApiGetNetInterfaceId = textOf<'netInterface'>('ApiGetNetInterfaceId');

export const NETWORK_ENUM = { netInterface: 0x00000001 } as const;

/** [MS-CMRP] 3.1.4.1.83 */
export const NETWORK_STATES = { unavailable: 0, down: 1, partitioned: 2, up: 3 } as const;

/** [MS-CMRP] 3.1.4.1.94 */
export const NET_INTERFACE_STATES = { failed: 0, unreachable: 1, unavailable: 2, up: 3 } as const;

export interface GetNetInterfaceRequest {
  readonly nodeName: string;
  readonly networkName: string;
}

/** Operation 95 ([MS-CMRP] 3.1.4.1.95): the name of a node's interface on a network. */
export const ApiGetNetInterface = defineOperation<GetNetInterfaceRequest, TextResponse>({
  name: 'ApiGetNetInterface',
  request: {
    write: (writer, { nodeName, networkName }) => {
      writeWideString(writer, nodeName);
      writeWideString(writer, networkName);
    },
    read: (reader) => ({ nodeName: readWideString(reader), networkName: readWideString(reader) }),
  },
  response: textParameter,
  refused: (status) => ({ text: null, status }),
});
