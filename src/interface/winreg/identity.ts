import { uuid } from '../../bytes/uuid.ts';
import type { InterfaceIdentity } from '../identity.ts';

/** The remote registry, read-only ([MS-RRP] 1.9, 3.1.5). */
export const WINREG = {
  name: 'winreg',
  uuid: uuid('338cd001-2244-31f1-aaaa-900038001003'),
  version: { major: 1, minor: 0 },
  operations: {
    OpenLocalMachine: 2,
    BaseRegCloseKey: 5,
    BaseRegEnumKey: 9,
    BaseRegEnumValue: 10,
    BaseRegOpenKey: 15,
    BaseRegQueryValue: 17,
  },
} as const satisfies InterfaceIdentity;
