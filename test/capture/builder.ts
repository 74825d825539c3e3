import { isIPv6, SocketAddress } from 'node:net';

/** A second, separate maker of capture files and packets: no test trusts the code that it tests. */
export interface RawRecord {
  readonly data: Buffer;
  readonly seconds?: number;
  /** Ticks of the file beyond the second. */
  readonly fraction?: number;
  readonly originalLength?: number;
}

export interface PcapOptions {
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  readonly linkType?: number;
}

export function pcapFile(options: PcapOptions, records: readonly RawRecord[]): Buffer {
  const { bigEndian = false, nanoseconds = false, linkType = 101 } = options;
  const n32 = (...values: number[]): Buffer => u32(bigEndian, ...values);
  const header = [n32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), u16(bigEndian, 2, 4), n32(0, 0, 65535, linkType)];
  return Buffer.concat([
    ...header,
    ...records.flatMap(({ data, seconds = 1_700_000_000, fraction = 0, originalLength = data.length }) => [
      n32(seconds, fraction, data.length, originalLength),
      data,
    ]),
  ]);
}

/** Blocks of pcapng in one byte order. */
export function pcapngBlocks(bigEndian: boolean) {
  const n16 = (...values: number[]): Buffer => u16(bigEndian, ...values);
  const n32 = (...values: number[]): Buffer => u32(bigEndian, ...values);
  const block = (type: number, ...parts: readonly Buffer[]): Buffer => {
    const body = padded(Buffer.concat(parts));
    return Buffer.concat([n32(type, body.length + 12), body, n32(body.length + 12)]);
  };
  return {
    block,
    option: (code: number, value: Buffer): Buffer => Buffer.concat([n16(code, value.length), padded(value)]),
    section: (options: Buffer = Buffer.alloc(0)): Buffer =>
      block(0x0a0d0d0a, n32(0x1a2b3c4d), n16(1, 0), n32(0xffffffff, 0xffffffff), options),
    description: (linkType: number, options: Buffer = Buffer.alloc(0), snapLength = 0): Buffer =>
      block(1, n16(linkType, 0), n32(snapLength), options),
    enhanced: (id: number, ticks: bigint, data: Buffer, originalLength = data.length): Buffer =>
      block(6, n32(id, high(ticks), low(ticks), data.length, originalLength), data),
    obsolete: (id: number, ticks: bigint, data: Buffer): Buffer =>
      block(2, n16(id, 0xffff), n32(high(ticks), low(ticks), data.length, data.length), data),
    simple: (data: Buffer, originalLength = data.length): Buffer => block(3, n32(originalLength), data),
    seconds64: (value: bigint): Buffer => (bigEndian ? n32(high(value), low(value)) : n32(low(value), high(value))),
  };
}

export interface UdpOptions {
  readonly from?: string;
  readonly to?: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly payload?: Buffer;
}

export function udp({ fromPort = 1025, toPort = 3343, payload = Buffer.from('payload') }: UdpOptions = {}): Buffer {
  return Buffer.concat([u16(true, fromPort, toPort, payload.length + 8, 0), payload]);
}

export interface Ipv4Options extends UdpOptions {
  readonly protocol?: number;
  readonly id?: number;
  readonly offset?: number;
  readonly more?: boolean;
  readonly options?: Buffer;
}

export function ipv4(body: Buffer, settings: Ipv4Options = {}): Buffer {
  const { from = '192.0.2.1', to = '192.0.2.2', protocol = 17, id = 7, offset = 0, more = false } = settings;
  const { options = Buffer.alloc(0) } = settings;
  const header = Buffer.concat([
    Buffer.from([0x45 + options.length / 4, 0]),
    u16(true, 20 + options.length + body.length, id, (more ? 0x2000 : 0) | (offset / 8)),
    Buffer.from([64, protocol, 0, 0, ...from.split('.').map(Number), ...to.split('.').map(Number)]),
    options,
  ]);
  let sum = 0;
  for (let i = 0; i < header.length; i += 2) sum += header.readUInt16BE(i);
  header.writeUInt16BE(0xffff - (sum % 0xffff), 10);
  return Buffer.concat([header, body]);
}

export interface Ipv6Options extends UdpOptions {
  readonly nextHeader?: number;
}

export function ipv6(body: Buffer, settings: Ipv6Options = {}): Buffer {
  const { from = '2001:db8::1', to = '2001:db8::2', nextHeader = 17 } = settings;
  const fixed = Buffer.from([0x60, 0, 0, 0, body.length >>> 8, body.length & 0xff, nextHeader, 64]);
  return Buffer.concat([fixed, ipv6Bytes(from), ipv6Bytes(to), body]);
}

export function fragmentHeader(nextHeader: number, id: number, offset: number, more: boolean): Buffer {
  return Buffer.concat([Buffer.from([nextHeader, 0]), u16(true, offset | (more ? 1 : 0)), u32(true, id)]);
}

export interface Cut {
  readonly from: number;
  readonly to: number;
}

/** Fragments of one IPv4 datagram, of IPv6 where the address is one; `cuts` in bytes, the last to the end. */
export function fragmentsOf(
  body: Buffer,
  cuts: readonly Cut[],
  settings: Ipv4Options & { nextHeader?: number } = {},
): Buffer[] {
  const { id = 7, protocol = 17, from = '192.0.2.1' } = settings;
  return cuts.map((cut) => {
    const more = cut.to < body.length;
    const piece = body.subarray(cut.from, cut.to);
    if (!isIPv6(from)) return ipv4(piece, { ...settings, id, offset: cut.from, more });
    const header = fragmentHeader(protocol, id, cut.from, more);
    return ipv6(Buffer.concat([header, piece]), { ...settings, nextHeader: 44 });
  });
}

/** `Ether` header with VLAN tags of the given types. */
export function ethernet(etherType: number, body: Buffer, tags: readonly number[] = []): Buffer {
  const macs = Buffer.from('0200000000020200000000010', 'hex').subarray(0, 12);
  return Buffer.concat([macs, ...tags.map((tag) => u16(true, tag, 0x0064)), u16(true, etherType), body]);
}

export function cooked(etherType: number, body: Buffer): Buffer {
  return Buffer.concat([u16(true, 0, 1, 6), Buffer.from('0200000000010000', 'hex'), u16(true, etherType), body]);
}

export function cooked2(etherType: number, body: Buffer): Buffer {
  return Buffer.concat([
    u16(true, etherType, 0),
    u32(true, 3),
    u16(true, 1),
    Buffer.from('00060200000000010000', 'hex'),
    body,
  ]);
}

export function u16(bigEndian: boolean, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes[bigEndian ? 'writeUInt16BE' : 'writeUInt16LE'](value, 2 * i);
  return bytes;
}

export function u32(bigEndian: boolean, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes[bigEndian ? 'writeUInt32BE' : 'writeUInt32LE'](value, 4 * i);
  return bytes;
}

/** Bytes that differ all along, so that a piece in the wrong place shows. */
export function pattern(length: number, seed = 1): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (seed + i * 7 + (i >>> 8) * 13) & 0xff));
}

function ipv6Bytes(text: string): Buffer {
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const [head = '', tail = ''] = address.split('::');
  const units = (side: string): number[] =>
    side === '' ? [] : side.split(':').map((unit) => Number.parseInt(unit, 16));
  const gap = 8 - units(head).length - units(tail).length;
  return u16(true, ...units(head), ...new Array<number>(gap).fill(0), ...units(tail));
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function high(value: bigint): number {
  return Number(BigInt.asUintN(64, value) >> 32n);
}

function low(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}
