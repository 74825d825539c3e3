import { sameUuid, type Uuid } from '../bytes/uuid.ts';
import { CLUSAPI_V2, CLUSAPI_V3 } from './clusapi/identity.ts';
import { CONV, CONVC } from './conv/identity.ts';
import { EPM } from './epm/identity.ts';
import type { InterfaceIdentity } from './identity.ts';
import { MGMT } from './mgmt/identity.ts';
import { WINREG } from './winreg/identity.ts';

/** Every interface that this package can name; where two versions share a UUID, the one that knows more comes first. */
export const INTERFACES: readonly InterfaceIdentity[] = [CLUSAPI_V3, CLUSAPI_V2, EPM, MGMT, CONV, CONVC, WINREG];

export function interfaceName(interfaceUuid: Uuid): string | undefined {
  return identityOf(interfaceUuid)?.name;
}

/** `ApiOpenCluster` for operation 0 of ClusAPI; undefined when interface or number has no name here. */
export function operationName(interfaceUuid: Uuid, opnum: number): string | undefined {
  const operations = Object.entries(identityOf(interfaceUuid)?.operations ?? {});
  return operations.find(([, number]) => number === opnum)?.[0];
}

function identityOf(interfaceUuid: Uuid): InterfaceIdentity | undefined {
  return INTERFACES.find(({ uuid }) => sameUuid(uuid, interfaceUuid));
}
