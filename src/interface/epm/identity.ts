import { uuid } from '../../bytes/uuid.ts';
import type { InterfaceIdentity } from '../identity.ts';

/** The endpoint mapper (C706 App. O), at UDP and TCP port 135. */
export const EPM = {
  name: 'epm',
  uuid: uuid('e1af8308-5d1f-11c9-91a4-08002b14a0fa'),
  version: { major: 3, minor: 0 },
  operations: {
    ept_insert: 0,
    ept_delete: 1,
    ept_lookup: 2,
    ept_map: 3,
    ept_lookup_handle_free: 4,
    ept_inq_object: 5,
    ept_mgmt_delete: 6,
  },
} as const satisfies InterfaceIdentity;
