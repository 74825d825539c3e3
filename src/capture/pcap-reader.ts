import type { ByteWindow } from './byte-window.ts';
import type { FormatReader } from './format-reader.ts';
import { invalidCapture, type Packet } from './packet.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** The first four bytes read as a big-endian number (draft-ietf-opsawg-pcap 4). */
export const PCAP_MAGICS: ReadonlyMap<number, { readonly littleEndian: boolean; readonly nanosecondsPerTick: number }> =
  new Map([
    [0xa1b2c3d4, { littleEndian: false, nanosecondsPerTick: 1000 }],
    [0xd4c3b2a1, { littleEndian: true, nanosecondsPerTick: 1000 }],
    [0xa1b23c4d, { littleEndian: false, nanosecondsPerTick: 1 }],
    [0x4d3cb2a1, { littleEndian: true, nanosecondsPerTick: 1 }],
  ]);

/** Records of a classic pcap file. */
export class PcapReader implements FormatReader {
  readonly #onPacket: (packet: Packet) => void;
  readonly #maxPacketBytes: number;
  #header: PcapHeader | null = null;
  #count = 0;

  constructor(onPacket: (packet: Packet) => void, maxPacketBytes: number) {
    this.#onPacket = onPacket;
    this.#maxPacketBytes = maxPacketBytes;
  }

  read(window: ByteWindow): void {
    this.#header ??= readHeader(window);
    if (this.#header === null) return;
    const { littleEndian, nanosecondsPerTick, linkType } = this.#header;
    const { view, bytes } = window;
    while (window.available >= RECORD_HEADER) {
      const at = window.offset;
      const length = view.getUint32(at + 8, littleEndian);
      if (length > this.#maxPacketBytes) {
        throw invalidCapture(`a packet of ${length} bytes, more than ${this.#maxPacketBytes}`, window.position + 8);
      }
      if (window.available < RECORD_HEADER + length) return;
      window.offset = at + RECORD_HEADER + length;
      const fraction = view.getUint32(at + 4, littleEndian) * nanosecondsPerTick;
      this.#count += 1;
      this.#onPacket({
        number: this.#count,
        seconds: view.getUint32(at, littleEndian) + Math.floor(fraction / 1e9),
        nanoseconds: fraction % 1e9,
        timed: true,
        interfaceId: 0,
        linkType,
        data: bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length),
        originalLength: view.getUint32(at + 12, littleEndian),
      });
    }
  }

  unfinished(window: ByteWindow): number | null {
    return this.#header !== null && window.available === 0 ? null : window.position;
  }
}

interface PcapHeader {
  readonly littleEndian: boolean;
  readonly nanosecondsPerTick: number;
  readonly linkType: number;
}

function readHeader(window: ByteWindow): PcapHeader | null {
  if (window.available < FILE_HEADER) return null;
  const { view, offset } = window;
  const magic = PCAP_MAGICS.get(view.getUint32(offset));
  if (magic === undefined) throw invalidCapture('no magic number of pcap', window.position);
  const major = view.getUint16(offset + 4, magic.littleEndian);
  if (major !== 2) throw invalidCapture(`pcap version ${major}, not 2`, window.position + 4);
  window.offset += FILE_HEADER;
  // The upper half tells of a frame check sequence at the end of packets; lengths of IP make it harmless.
  return { ...magic, linkType: view.getUint32(offset + 20, magic.littleEndian) & 0xffff };
}
