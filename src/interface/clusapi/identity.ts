import { uuid } from '../../bytes/uuid.ts';
import type { InterfaceIdentity } from '../identity.ts';
import { CLUSAPI_OPERATIONS, CLUSAPI_V3_OPERATIONS } from './operations.ts';

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

export type ClusapiIdentity = typeof CLUSAPI_V2 | typeof CLUSAPI_V3;
