import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { NDR, type SyntaxId } from '../../ndr/syntax.ts';
import { LocalMisuseError, RemoteProtocolError } from '../../status/errors.ts';

/** One layer of a tower: the left-hand side names a protocol, the right-hand side is data of that protocol. */
export interface TowerFloor {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/** Protocol sequences that a tower can name (C706 appendix I). */
export type ProtocolSequence = 'ncadg_ip_udp' | 'ncacn_ip_tcp' | 'ncacn_np' | 'ncacn_http' | 'ncalrpc';

/** What a tower says. `protocol` is null for floors of another kind, which are skipped. */
export interface Tower {
  readonly interface: SyntaxId;
  readonly transferSyntax: SyntaxId;
  readonly protocol: ProtocolSequence | null;
  readonly port: number | null;
  /** The pipe or local name, where the endpoint is not a port. */
  readonly pipe: string | null;
  /** Dotted IPv4 address or NetBIOS name. */
  readonly address: string | null;
}

/** Where an interface is served over UDP or TCP. */
export interface IpTower {
  readonly interface: SyntaxId;
  readonly transferSyntax?: SyntaxId;
  readonly protocol: 'ncadg_ip_udp' | 'ncacn_ip_tcp';
  readonly port: number;
  /** Dotted IPv4 address; 0.0.0.0 in a question. */
  readonly address: string;
}

const UUID_PREFIX = 0x0d;
const IPV4 = 0x09;
const NETBIOS_NAME = 0x11;

/** The protocol identifiers of floors 3 and 4 (C706 App. I, [MS-RPCE] 2.1). */
const PROTOCOLS = [
  { protocol: 'ncadg_ip_udp', rpc: 0x0a, transport: 0x08, endpoint: 'port' },
  { protocol: 'ncacn_ip_tcp', rpc: 0x0b, transport: 0x07, endpoint: 'port' },
  { protocol: 'ncacn_http', rpc: 0x0b, transport: 0x1f, endpoint: 'port' },
  { protocol: 'ncacn_np', rpc: 0x0b, transport: 0x0f, endpoint: 'pipe' },
  { protocol: 'ncalrpc', rpc: 0x0c, transport: 0x10, endpoint: 'pipe' },
] as const;

/** Makes the octets of a tower of five floors (C706 App. L), 75 bytes. Throws LocalMisuseError for a bad port or address. */
export function encodeTower(tower: IpTower): Uint8Array {
  const { rpc, transport } = PROTOCOLS.find(
    ({ protocol }) => protocol === tower.protocol,
  ) as (typeof PROTOCOLS)[number];
  return encodeTowerFloors([
    syntaxFloor(tower.interface),
    syntaxFloor(tower.transferSyntax ?? NDR),
    { left: Uint8Array.of(rpc), right: Uint8Array.of(0, 0) },
    { left: Uint8Array.of(transport), right: portBytes(tower.port) },
    { left: Uint8Array.of(IPV4), right: addressBytes(tower.address) },
  ]);
}

/**
 * Reads the octets of a tower. Floors 1 and 2 must be an interface and a transfer syntax; what stands on them may be of a
 * kind that we do not know, as a lookup of a whole endpoint map meets. Throws RemoteProtocolError for broken octets.
 */
export function decodeTower(octets: Uint8Array): Tower {
  const [first, second, rpc, transport, network] = decodeTowerFloors(octets);
  if (first === undefined || second === undefined) throw new RemoteProtocolError('a tower of fewer than two floors');
  const known = PROTOCOLS.find((row) => row.rpc === rpc?.left[0] && row.transport === transport?.left[0]);
  return {
    interface: floorSyntax(first),
    transferSyntax: floorSyntax(second),
    protocol: known?.protocol ?? null,
    port: known?.endpoint === 'port' && transport !== undefined ? floorPort(transport) : null,
    pipe: known?.endpoint === 'pipe' && transport !== undefined ? floorText(transport) : null,
    address: network === undefined ? null : floorAddress(network),
  };
}

/** Lengths and versions in a tower are little-endian whatever the byte order of the PDU. */
export function encodeTowerFloors(floors: readonly TowerFloor[]): Uint8Array {
  const writer = new Writer();
  writer.u16(floors.length);
  for (const { left, right } of floors) writer.u16(left.length).bytes(left).u16(right.length).bytes(right);
  return writer.finish();
}

/** Copies of the floors, and nothing about what they mean. */
export function decodeTowerFloors(octets: Uint8Array): TowerFloor[] {
  const reader = new Reader(octets);
  const count = reader.u16();
  const floors: TowerFloor[] = [];
  for (let i = 0; i < count; i++) {
    floors.push({ left: reader.take(reader.u16()).slice(), right: reader.take(reader.u16()).slice() });
  }
  return floors;
}

function syntaxFloor({ uuid, version }: SyntaxId): TowerFloor {
  return {
    left: new Writer().u8(UUID_PREFIX).bytes(uuid).u16(version.major).finish(),
    right: new Writer().u16(version.minor).finish(),
  };
}

function floorSyntax({ left, right }: TowerFloor): SyntaxId {
  const reader = new Reader(left);
  const prefix = reader.u8();
  if (prefix !== UUID_PREFIX) throw new RemoteProtocolError(`a tower floor of kind ${prefix} where a UUID belongs`);
  const uuid = reader.take(16).slice();
  return { uuid, version: { major: reader.u16(), minor: new Reader(right).u16() } };
}

function portBytes(port: number): Uint8Array {
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) throw new LocalMisuseError(`not a port: ${port}`);
  return new Writer(false).u16(port).finish();
}

function floorPort({ right }: TowerFloor): number {
  return new Reader(right, false).u16();
}

function addressBytes(address: string): Uint8Array {
  const parts = address.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  if (!valid) throw new LocalMisuseError(`not an IPv4 address: ${address}`);
  return Uint8Array.from(parts, Number);
}

function floorAddress(floor: TowerFloor): string | null {
  if (floor.left[0] === NETBIOS_NAME) return floorText(floor);
  return floor.left[0] === IPV4 && floor.right.length === 4 ? floor.right.join('.') : null;
}

function floorText({ right }: TowerFloor): string {
  const end = right.indexOf(0);
  return String.fromCharCode(...right.subarray(0, end < 0 ? right.length : end));
}
