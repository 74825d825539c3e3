import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { type EnumResponse, enumParameter } from './object-operations.ts';
import { defineOperation } from './operation.ts';

/** dwType of ApiCreateEnum; all but the last one may be OR-ed ([MS-CMRP] 3.1.4.1.8). */
export const CLUSTER_ENUM = {
  node: 0x00000001,
  resourceType: 0x00000002,
  resource: 0x00000004,
  group: 0x00000008,
  network: 0x00000010,
  netInterface: 0x00000020,
  internalNetwork: 0x80000000,
} as const;

export interface CreateEnumRequest {
  /** Bits of CLUSTER_ENUM. */
  readonly type: number;
}

/** Operation 7 ([MS-CMRP] 3.1.4.1.8): the names of nodes, groups, resources, networks. */
export const ApiCreateEnum = defineOperation<CreateEnumRequest, EnumResponse>({
  name: 'ApiCreateEnum',
  request: {
    write: (writer, { type }) => writeU32(writer, type),
    read: (reader) => ({ type: readU32(reader) }),
  },
  response: enumParameter,
  refused: (status) => ({ entries: null, status }),
});
