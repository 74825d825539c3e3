import { uuid } from '../../bytes/uuid.ts';
import type { InterfaceIdentity } from '../identity.ts';

/** The remote management interface (C706 App. Q), which every RPC server offers at each of its endpoints. */
export const MGMT = {
  name: 'mgmt',
  uuid: uuid('afa8bd80-7d8a-11c9-bef4-08002b102989'),
  version: { major: 1, minor: 0 },
  operations: {
    inq_if_ids: 0,
    inq_stats: 1,
    is_server_listening: 2,
    stop_server_listening: 3,
    inq_princ_name: 4,
  },
} as const satisfies InterfaceIdentity;
