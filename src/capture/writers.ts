import { Writer } from '../bytes/writer.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { encodeIpPacket, type UdpMessage } from './ip-writer.ts';
import { LINK_TYPES } from './packet.ts';

/** Ticks a millisecond. */
const RESOLUTIONS = {
  microseconds: { ticksPerMs: 1_000, exponent: 6, pcapMagic: 0xa1b2c3d4 },
  nanoseconds: { ticksPerMs: 1_000_000, exponent: 9, pcapMagic: 0xa1b23c4d },
} as const;

const SNAP_LENGTH = 262_144;

export type TimeResolution = keyof typeof RESOLUTIONS;

export interface CapturedMessage extends UdpMessage {
  /** Milliseconds since 1970, a fraction allowed; rounded to the resolution of the file. */
  readonly timestampMs: number;
}

/** A capture file piece by piece: `header()` once, then `packet()` for every datagram; each returns bytes to append. */
export interface CaptureWriter {
  header(): Uint8Array;
  /** Throws LocalMisuseError for a time that the format cannot hold and for all that encodeIpPacket refuses. */
  packet(message: CapturedMessage): Uint8Array;
}

/** pcapng (draft-ietf-opsawg-pcapng): one section that names who wrote it, one interface of raw IP with its name, little-endian. */
export class PcapngWriter implements CaptureWriter {
  readonly resolution: TimeResolution;

  constructor(resolution: TimeResolution = 'nanoseconds') {
    this.resolution = resolution;
  }

  header(): Uint8Array {
    const section = new Writer()
      .u32(0x1a2b3c4d)
      .u16(1)
      .u16(0)
      .u64(0xffffffffffffffffn)
      .bytes(textOption(4, 'clusrpc')) // shb_userappl
      .u32(0) // opt_endofopt
      .finish();
    const description = new Writer()
      .u16(LINK_TYPES.RAW)
      .u16(0)
      .u32(SNAP_LENGTH)
      .bytes(textOption(2, 'sockets')) // if_name
      .bytes(textOption(3, 'the datagrams of one process, without their links')) // if_description
      .u16(9) // if_tsresol
      .u16(1)
      .u8(RESOLUTIONS[this.resolution].exponent)
      .align(4)
      .u32(0) // opt_endofopt
      .finish();
    return new Writer().bytes(pcapngBlock(0x0a0d0d0a, section)).bytes(pcapngBlock(1, description)).finish();
  }

  packet(message: CapturedMessage): Uint8Array {
    const { ticksPerMs } = RESOLUTIONS[this.resolution];
    const { whole, ticks } = splitTime(message.timestampMs, ticksPerMs);
    const time = BigInt(whole) * BigInt(ticksPerMs) + BigInt(ticks);
    if (time > 0xffffffffffffffffn) throw unwritableTime(message.timestampMs);
    const data = encodeIpPacket(message);
    const body = new Writer(true, data.length + 24)
      .u32(0) // interface
      .u32(Number(time >> 32n))
      .u32(Number(time & 0xffffffffn))
      .u32(data.length)
      .u32(data.length)
      .bytes(data)
      .align(4)
      .finish();
    return pcapngBlock(6, body);
  }
}

/** Classic pcap (draft-ietf-opsawg-pcap), version 2.4, raw IP, little-endian. It holds times until 2106. */
export class PcapWriter implements CaptureWriter {
  readonly resolution: TimeResolution;

  constructor(resolution: TimeResolution = 'nanoseconds') {
    this.resolution = resolution;
  }

  header(): Uint8Array {
    const { pcapMagic } = RESOLUTIONS[this.resolution];
    return new Writer().u32(pcapMagic).u16(2).u16(4).u64(0n).u32(SNAP_LENGTH).u32(LINK_TYPES.RAW).finish();
  }

  packet(message: CapturedMessage): Uint8Array {
    const { ticksPerMs } = RESOLUTIONS[this.resolution];
    const { whole, ticks } = splitTime(message.timestampMs, ticksPerMs);
    const seconds = Math.floor(whole / 1000);
    if (seconds > 0xffffffff) throw unwritableTime(message.timestampMs);
    const data = encodeIpPacket(message);
    return new Writer(true, data.length + 16)
      .u32(seconds)
      .u32((whole % 1000) * ticksPerMs + ticks)
      .u32(data.length)
      .u32(data.length)
      .bytes(data)
      .finish();
  }
}

function textOption(code: number, text: string): Uint8Array {
  const value = new TextEncoder().encode(text);
  return new Writer().u16(code).u16(value.length).bytes(value).align(4).finish();
}

function pcapngBlock(type: number, body: Uint8Array): Uint8Array {
  const length = body.length + 12;
  return new Writer(true, length).u32(type).u32(length).bytes(body).u32(length).finish();
}

/** Whole milliseconds and the ticks beyond: apart, since their product is too large for a double to be exact. */
function splitTime(ms: number, ticksPerMs: number): { readonly whole: number; readonly ticks: number } {
  if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) throw unwritableTime(ms);
  const whole = Math.floor(ms);
  const ticks = Math.round((ms - whole) * ticksPerMs);
  return ticks === ticksPerMs ? { whole: whole + 1, ticks: 0 } : { whole, ticks };
}

function unwritableTime(ms: number): LocalMisuseError {
  return new LocalMisuseError(`a capture file cannot hold the time ${ms} ms`);
}
