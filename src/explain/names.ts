import { type Uuid, uuidKey, uuidText } from '../bytes/uuid.ts';
import { CLUSAPI_V2 } from '../interface/clusapi/identity.ts';
import { CONV, CONVC } from '../interface/conv/identity.ts';
import { EPM } from '../interface/epm/identity.ts';
import { interfaceName, operationName } from '../interface/index.ts';

/** An interface as it stands in headers, with its names. */
export interface NamedInterface {
  readonly uuid: string;
  readonly name: string | null;
  readonly major: number;
  /** `2.0` */
  readonly version: string;
  readonly role: 'clusapi' | 'mapper' | 'callback' | 'keep-alive' | 'other';
  operation(opnum: number): string | null;
}

const ROLES = new Map([
  [uuidKey(CLUSAPI_V2.uuid), 'clusapi'],
  [uuidKey(EPM.uuid), 'mapper'],
  [uuidKey(CONV.uuid), 'callback'],
  [uuidKey(CONVC.uuid), 'keep-alive'],
] as const);

/** A hostile capture may name a new interface in each packet. */
const MAX_REMEMBERED = 1_024;

/** Interfaces by UUID and version: one object for each, since texts are made once. */
export class InterfaceNames {
  readonly #known = new Map<string, NamedInterface>();

  of(uuid: Uuid, major: number, minor: number): NamedInterface {
    const key = uuidKey(uuid) + String.fromCharCode(major, minor);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    const named = nameOf(uuid.slice(), major, minor);
    this.#known.set(key, named);
    return named;
  }
}

function nameOf(uuid: Uuid, major: number, minor: number): NamedInterface {
  const operations = new Map<number, string | null>();
  return {
    uuid: uuidText(uuid),
    name: interfaceName(uuid) ?? null,
    major,
    version: `${major}.${minor}`,
    role: ROLES.get(uuidKey(uuid)) ?? 'other',
    operation: (opnum) => {
      const known = operations.get(opnum);
      if (known !== undefined) return known;
      const name = operationName(uuid, opnum) ?? null;
      if (name !== null) operations.set(opnum, name);
      return name;
    },
  };
}

/** `clusapi ApiOpenCluster`, `4b…/1.0 operation 7` */
export function callName({ name, uuid, version, operation }: NamedInterface, opnum: number): string {
  return `${name ?? `${uuid} ${version}`} ${operation(opnum) ?? `operation ${opnum}`}`;
}
