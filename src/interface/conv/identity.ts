import { uuid } from '../../bytes/uuid.ts';
import type { InterfaceIdentity } from '../identity.ts';

/** The conversation manager (C706 App. P): the server calls it back on the client's own socket. */
export const CONV = {
  name: 'conv',
  uuid: uuid('333a2276-0000-0000-0d00-00809c000000'),
  version: { major: 3, minor: 0 },
  operations: {
    conv_who_are_you: 0,
    conv_who_are_you2: 1,
    conv_are_you_there: 2,
    conv_who_are_you_auth: 3,
    conv_who_are_you_auth_more: 4,
  },
} as const satisfies InterfaceIdentity;

/** The keep-alive of context handles (C706 App. P): the client calls it at the server's port. */
export const CONVC = {
  name: 'convc',
  uuid: uuid('4a967f14-3000-0000-0d00-012882000000'),
  version: { major: 1, minor: 0 },
  operations: { convc_indy: 0 },
} as const satisfies InterfaceIdentity;
