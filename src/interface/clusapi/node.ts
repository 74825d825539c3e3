import { closeHandle, enumOf, openByName, stateOf, textOf } from './object-operations.ts';

/** Operation 66 ([MS-CMRP] 3.1.4.1.67). */
export const ApiOpenNode = openByName<'node'>('ApiOpenNode');
/** Operation 67 ([MS-CMRP] 3.1.4.1.68). */
export const ApiCloseNode = closeHandle<'node'>('ApiCloseNode');
/** Operation 68 ([MS-CMRP] 3.1.4.1.69): a number of NODE_STATES. */
export const ApiGetNodeState = stateOf<'node'>('ApiGetNodeState');
/** Operation 48 ([MS-CMRP] 3.1.4.1.49). */
export const ApiGetNodeId = textOf<'node'>('ApiGetNodeId');
/** Operation 101 ([MS-CMRP] 3.1.4.1.101): bits of NODE_ENUM. */
export const ApiCreateNodeEnum = enumOf<'node'>('ApiCreateNodeEnum');

export const NODE_ENUM = { netInterface: 0x00000001, group: 0x00000002 } as const;

/** [MS-CMRP] 3.1.4.1.69 */
export const NODE_STATES = { up: 0, down: 1, paused: 2, joining: 3 } as const;
