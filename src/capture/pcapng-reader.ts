import { Reader } from '../bytes/reader.ts';
import type { ByteWindow } from './byte-window.ts';
import type { FormatReader } from './format-reader.ts';
import { invalidCapture, type Packet } from './packet.ts';
import { type CaptureInterface, type CaptureTime, captureTime, decodeInterface } from './pcapng-interface.ts';

/** Block types (draft-ietf-opsawg-pcapng 10.1); a section header reads the same in both byte orders. */
const BLOCKS = { INTERFACE: 1, PACKET: 2, SIMPLE: 3, ENHANCED: 6, SECTION: 0x0a0d0d0a } as const;

export const PCAPNG_MAGIC = BLOCKS.SECTION;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;
const BLOCK_HEADER = 8;
const TRAILER = 4;
/**
 * Journal entries and custom blocks: no packets, but Wireshark gives them a number among the packets, and numbers are
 * what people look packets up by.
 */
const NUMBERED_BLOCKS: ReadonlySet<number> = new Set([0x00000009, 0x00000bad, 0x40000bad]);

/** Bytes between the header of a block and its trailer that its fixed fields take. */
const MIN_BODY: Readonly<Record<number, number>> = {
  [BLOCKS.SECTION]: 16,
  [BLOCKS.INTERFACE]: 8,
  [BLOCKS.PACKET]: 20,
  [BLOCKS.SIMPLE]: 4,
  [BLOCKS.ENHANCED]: 20,
};

export interface PcapngLimits {
  readonly maxPacketBytes: number;
  readonly maxBlockBytes: number;
  readonly maxInterfaces: number;
}

/**
 * Packets of a pcapng file: enhanced, simple and the obsolete packet blocks, over any number of sections. All other
 * blocks are passed over without being held, whatever their length.
 */
export class PcapngReader implements FormatReader {
  readonly #onPacket: (packet: Packet) => void;
  readonly #limits: PcapngLimits;
  #littleEndian = true;
  #interfaces: CaptureInterface[] = [];
  #count = 0;
  #lastTime: CaptureTime = { seconds: 0, nanoseconds: 0 };
  /** Length of the block being passed over, and how much of it is to come. */
  #skipped = { length: 0, left: 0 };

  constructor(onPacket: (packet: Packet) => void, limits: PcapngLimits) {
    this.#onPacket = onPacket;
    this.#limits = limits;
  }

  read(window: ByteWindow): void {
    while (this.#passOver(window) && window.available >= BLOCK_HEADER + TRAILER) {
      const { view, offset } = window;
      const type = view.getUint32(offset, this.#littleEndian);
      const littleEndian = type === BLOCKS.SECTION ? sectionByteOrder(window) : this.#littleEndian;
      const length = view.getUint32(offset + 4, littleEndian);
      const minBody = MIN_BODY[type];
      if (length % 4 !== 0 || length < BLOCK_HEADER + TRAILER + (minBody ?? 0)) {
        throw invalidCapture(`block type ${type} cannot be ${length} bytes long`, window.position + 4);
      }
      if (minBody === undefined) {
        if (NUMBERED_BLOCKS.has(type)) this.#count += 1;
        window.offset += BLOCK_HEADER;
        this.#skipped = { length, left: length - BLOCK_HEADER };
        continue;
      }
      if (length > this.#limits.maxBlockBytes) {
        const { maxBlockBytes } = this.#limits;
        throw invalidCapture(`a block of ${length} bytes, more than ${maxBlockBytes}`, window.position + 4);
      }
      if (window.available < length) return;
      this.#littleEndian = littleEndian;
      this.#checkTrailer(window, offset + length - TRAILER, length);
      this.#readBlock(window, type, length);
    }
  }

  unfinished(window: ByteWindow): number | null {
    const { length, left } = this.#skipped;
    if (left > 0) return window.position - (length - left);
    return window.available === 0 ? null : window.position;
  }

  /** True when no block is left to pass over. */
  #passOver(window: ByteWindow): boolean {
    const skipped = this.#skipped;
    if (skipped.left === 0) return true;
    if (skipped.left > TRAILER) skipped.left -= window.skip(skipped.left - TRAILER);
    if (skipped.left > TRAILER || window.available < TRAILER) return false;
    this.#checkTrailer(window, window.offset, skipped.length);
    window.skip(TRAILER);
    skipped.left = 0;
    return true;
  }

  #checkTrailer(window: ByteWindow, at: number, length: number): void {
    const again = window.view.getUint32(at, this.#littleEndian);
    if (again === length) return;
    const position = window.position + at - window.offset;
    throw invalidCapture(`a block of ${length} bytes ends with the length ${again}`, position);
  }

  #readBlock(window: ByteWindow, type: number, length: number): void {
    if (type === BLOCKS.ENHANCED)
      this.#readPacket(window, length, window.view.getUint32(window.offset + 8, this.#littleEndian));
    else if (type === BLOCKS.PACKET)
      this.#readPacket(window, length, window.view.getUint16(window.offset + 8, this.#littleEndian));
    else if (type === BLOCKS.SIMPLE) this.#readSimplePacket(window, length);
    else if (type === BLOCKS.INTERFACE) this.#readInterface(window, length);
    else this.#readSection(window, length);
  }

  #readSection(window: ByteWindow, length: number): void {
    const major = window.view.getUint16(window.offset + 12, this.#littleEndian);
    if (major !== 1) throw invalidCapture(`pcapng version ${major}, not 1`, window.position + 12);
    this.#interfaces = [];
    window.offset += length;
  }

  #readInterface(window: ByteWindow, length: number): void {
    const { maxInterfaces } = this.#limits;
    if (this.#interfaces.length >= maxInterfaces) {
      throw invalidCapture(`more than ${maxInterfaces} interfaces in a section`, window.position);
    }
    const start = window.offset + BLOCK_HEADER;
    const body = window.bytes.subarray(start, start + length - BLOCK_HEADER - TRAILER);
    this.#interfaces.push(decodeInterface(new Reader(body, this.#littleEndian), window.position + BLOCK_HEADER));
    window.offset += length;
  }

  /** Enhanced and obsolete packet blocks differ in their first four bytes alone (4.3 and appendix A). */
  #readPacket(window: ByteWindow, length: number, interfaceId: number): void {
    const { view, offset } = window;
    const source = this.#interfaceOf(interfaceId, window);
    const high = view.getUint32(offset + 12, this.#littleEndian);
    const low = view.getUint32(offset + 16, this.#littleEndian);
    const captured = view.getUint32(offset + 20, this.#littleEndian);
    const originalLength = view.getUint32(offset + 24, this.#littleEndian);
    this.#checkCaptured(window, 20, captured, length - 32);
    this.#lastTime = captureTime(source, high, low);
    window.offset += length;
    const data = window.bytes.subarray(offset + 28, offset + 28 + captured);
    this.#deliver(source, interfaceId, data, originalLength, true);
  }

  #readSimplePacket(window: ByteWindow, length: number): void {
    const { view, offset } = window;
    const source = this.#interfaceOf(0, window);
    const originalLength = view.getUint32(offset + 8, this.#littleEndian);
    const captured = source.snapLength === 0 ? originalLength : Math.min(originalLength, source.snapLength);
    this.#checkCaptured(window, 8, captured, length - 16);
    window.offset += length;
    this.#deliver(source, 0, window.bytes.subarray(offset + 12, offset + 12 + captured), originalLength, false);
  }

  #deliver(
    { linkType }: CaptureInterface,
    interfaceId: number,
    data: Uint8Array,
    originalLength: number,
    timed: boolean,
  ): void {
    const { seconds, nanoseconds } = this.#lastTime;
    this.#count += 1;
    this.#onPacket({ number: this.#count, seconds, nanoseconds, timed, interfaceId, linkType, data, originalLength });
  }

  #interfaceOf(id: number, window: ByteWindow): CaptureInterface {
    const source = this.#interfaces[id];
    if (source === undefined) throw invalidCapture(`a packet of interface ${id}, not described`, window.position);
    return source;
  }

  #checkCaptured(window: ByteWindow, field: number, captured: number, room: number): void {
    if (captured <= room && captured <= this.#limits.maxPacketBytes) return;
    const limit = Math.min(room, this.#limits.maxPacketBytes);
    throw invalidCapture(`a packet of ${captured} bytes, more than ${limit}`, window.position + field);
  }
}

function sectionByteOrder(window: ByteWindow): boolean {
  const magic = window.view.getUint32(window.offset + BLOCK_HEADER);
  if (magic === BYTE_ORDER_MAGIC) return false;
  if (magic === BYTE_ORDER_MAGIC_SWAPPED) return true;
  throw invalidCapture('a section header without byte-order magic', window.position + BLOCK_HEADER);
}
