import { uuid } from '../../bytes/uuid.ts';
import type { InterfaceIdentity } from '../identity.ts';
import { CLUSAPI_OPERATIONS, CLUSAPI_V3_OPERATIONS } from './operations.ts';

/** 2 over UDP for NT 4.0 to Server 2003, 3 over TCP from Server 2008 on ([MS-CMRP] 1.7, 2.1). */
export type ClusapiVersion = 2 | 3;

const CLUSAPI_UUID = uuid('b97db8b2-4c63-11cf-bff6-08002be23f2f');

export const CLUSAPI_V2 = {
  name: 'clusapi',
  uuid: CLUSAPI_UUID,
  version: { major: 2, minor: 0 },
  operations: CLUSAPI_OPERATIONS,
} as const satisfies InterfaceIdentity;

export const CLUSAPI_V3 = {
  name: 'clusapi',
  uuid: CLUSAPI_UUID,
  version: { major: 3, minor: 0 },
  operations: CLUSAPI_V3_OPERATIONS,
} as const satisfies InterfaceIdentity;
