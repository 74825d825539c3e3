import { Writer } from '../bytes/writer.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { parseIpAddress } from './ip-address.ts';
import type { Endpoint } from './packet.ts';

/** 65 535 less the IPv4 and UDP headers; over IPv6 a little more would fit, and no RPC ever sends it. */
export const MAX_UDP_PAYLOAD = 65_507;

const UDP_PROTOCOL = 17;
const UDP_HEADER = 8;
const HOP_LIMIT = 64;

export interface UdpMessage {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly payload: Uint8Array;
}

/**
 * The IP packet that carries `message`, with the checksums of IPv4 (RFC 791 3.1) and UDP (RFC 768, RFC 8200 8.1). It is
 * never fragmented. A wildcard address (`0.0.0.0`, `::`) takes the family of the other end. Throws LocalMisuseError for
 * a host that is no address, ends of two families, a port outside 0 to 65 535, or a payload above MAX_UDP_PAYLOAD.
 */
export function encodeIpPacket(message: UdpMessage): Uint8Array {
  const { payload } = message;
  if (payload.length > MAX_UDP_PAYLOAD) {
    throw new LocalMisuseError(`a UDP payload holds at most ${MAX_UDP_PAYLOAD} bytes, not ${payload.length}`);
  }
  const [source, destination] = addressPair(message);
  const udp = encodeUdp(message, source, destination);
  const header = source.length === 4 ? ipv4Header(source, destination, udp.length) : null;
  return new Writer(false, udp.length + 40)
    .bytes(header ?? ipv6Header(source, destination, udp.length))
    .bytes(udp)
    .finish();
}

function addressPair({ from, to }: UdpMessage): readonly [Uint8Array, Uint8Array] {
  const source = addressOf(from.host);
  const destination = addressOf(to.host);
  if (source.length === destination.length) return [source, destination];
  if (isWildcard(source)) return [new Uint8Array(destination.length), destination];
  if (isWildcard(destination)) return [source, new Uint8Array(source.length)];
  throw new LocalMisuseError(`${from.host} and ${to.host} are of two address families`);
}

function addressOf(host: string): Uint8Array {
  const address = parseIpAddress(host);
  if (address === null) throw new LocalMisuseError(`not an IP address: ${host}`);
  return address;
}

function isWildcard(address: Uint8Array): boolean {
  return address.every((byte) => byte === 0);
}

function encodeUdp({ from, to, payload }: UdpMessage, source: Uint8Array, destination: Uint8Array): Uint8Array {
  const length = UDP_HEADER + payload.length;
  const udp = new Writer(false, length).u16(portOf(from)).u16(portOf(to)).u16(length).u16(0).bytes(payload).finish();
  const sum = UDP_PROTOCOL + length + wordSum(source) + wordSum(destination) + wordSum(udp);
  // 0 on the wire means "no checksum", so a sum of 0 goes out as its twin.
  setU16(udp, 6, foldChecksum(sum) || 0xffff);
  return udp;
}

function portOf({ port }: Endpoint): number {
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) throw new LocalMisuseError(`not a port: ${port}`);
  return port;
}

function ipv4Header(source: Uint8Array, destination: Uint8Array, payloadLength: number): Uint8Array {
  const header = new Writer(false, 20)
    .u8(0x45) // version 4, five words
    .u8(0)
    .u16(20 + payloadLength)
    .u16(0)
    .u16(0x4000) // don't fragment: with it an identification of 0 is in order (RFC 6864 4.1)
    .u8(HOP_LIMIT)
    .u8(UDP_PROTOCOL)
    .u16(0)
    .bytes(source)
    .bytes(destination)
    .finish();
  setU16(header, 10, foldChecksum(wordSum(header)));
  return header;
}

function ipv6Header(source: Uint8Array, destination: Uint8Array, payloadLength: number): Uint8Array {
  return new Writer(false, 40)
    .u32(0x60000000) // version 6
    .u16(payloadLength)
    .u8(UDP_PROTOCOL)
    .u8(HOP_LIMIT)
    .bytes(source)
    .bytes(destination)
    .finish();
}

/** The plain sum of big-endian words, an odd last byte filled up with zero; 64 KiB of them stay far below 2^53. */
function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  return bytes.length % 2 === 0 ? sum : sum + ((bytes[bytes.length - 1] as number) << 8);
}

function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}
