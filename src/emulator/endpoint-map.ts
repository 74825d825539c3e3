import { sameUuid, type Uuid } from '../bytes/uuid.ts';
import { encodeTower, INQUIRY_TYPES, type Tower, VERSION_OPTIONS } from '../interface/epm/index.ts';
import type { InterfaceId } from '../machine/call.ts';
import { NDR } from '../ndr/syntax.ts';
import type { RpcServer } from '../server/rpc-server.ts';

/** An endpoint as a server told the mapper. */
export interface Registration {
  readonly interface: InterfaceId;
  readonly protocol: 'ncadg_ip_udp' | 'ncacn_ip_tcp';
  readonly port: number;
  /** At most 63 characters. */
  readonly annotation: string;
  /** The server itself, where requests for it can be handed over when they come to the mapper's port. */
  readonly server: RpcServer | null;
}

/** What a lookup asks for; null: anything. */
export interface Inquiry {
  readonly inquiryType: number;
  readonly interfaceId: InterfaceId | null;
  readonly versionOption: number;
}

/** The endpoint map of one host. */
export class EndpointMap {
  readonly #registrations = new Set<Registration>();

  get entries(): readonly Registration[] {
    return [...this.#registrations];
  }

  /** Answers how to take it back. */
  add(registration: Registration): () => void {
    this.#registrations.add(registration);
    return () => this.#registrations.delete(registration);
  }

  /** For ept_map: same interface and major version, at least that minor version, same protocol; NDR is what all of them speak. */
  find(tower: Tower): readonly Registration[] {
    if (!sameUuid(tower.transferSyntax.uuid, NDR.uuid)) return [];
    return this.entries.filter(
      (each) => each.protocol === tower.protocol && isCompatible(each.interface, tower.interface),
    );
  }

  /** For ept_lookup. Nothing is registered for an object, so only objects that are asked for decide: none matches. */
  lookup({ inquiryType, interfaceId, versionOption }: Inquiry): readonly Registration[] {
    if (inquiryType === INQUIRY_TYPES.byObject || inquiryType === INQUIRY_TYPES.byBoth) return [];
    if (inquiryType !== INQUIRY_TYPES.byInterface || interfaceId === null) return this.entries;
    const fits = VERSION_TESTS[versionOption] ?? (() => true);
    return this.entries.filter(
      (each) => sameUuid(each.interface.uuid, interfaceId.uuid) && fits(each.interface.version, interfaceId.version),
    );
  }

  /** The server on this host that takes datagrams for that interface; null: none. */
  serverOf(uuid: Uuid, major: number): RpcServer | null {
    const found = this.entries.find(
      (each) =>
        each.protocol === 'ncadg_ip_udp' &&
        each.server !== null &&
        each.interface.version.major === major &&
        sameUuid(each.interface.uuid, uuid),
    );
    return found?.server ?? null;
  }
}

/** The octets of its tower; an address of our own that IPv4 cannot write becomes 0.0.0.0, "the host that you asked". */
export function towerOf({ interface: id, protocol, port }: Registration, address: string): Uint8Array {
  const ipv4 = /^\d+\.\d+\.\d+\.\d+$/.test(address);
  return encodeTower({ interface: id, protocol, port, address: ipv4 ? address : '0.0.0.0' });
}

type Version = InterfaceId['version'];

/** By VERSION_OPTIONS: what is registered, what is asked for (C706 App. O). */
const VERSION_TESTS: Readonly<Record<number, (registered: Version, asked: Version) => boolean>> = {
  [VERSION_OPTIONS.compatible]: (registered, asked) =>
    registered.major === asked.major && registered.minor >= asked.minor,
  [VERSION_OPTIONS.exact]: (registered, asked) => registered.major === asked.major && registered.minor === asked.minor,
  [VERSION_OPTIONS.majorOnly]: (registered, asked) => registered.major === asked.major,
  [VERSION_OPTIONS.upTo]: (registered, asked) =>
    registered.major < asked.major || (registered.major === asked.major && registered.minor <= asked.minor),
};

function isCompatible(registered: InterfaceId, asked: InterfaceId): boolean {
  return (
    sameUuid(registered.uuid, asked.uuid) &&
    registered.version.major === asked.version.major &&
    registered.version.minor >= asked.version.minor
  );
}
