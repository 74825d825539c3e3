import type { Reader } from '../bytes/reader.ts';
import { invalidCapture } from './packet.ts';

const OPTION_END = 0;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;
const DEFAULT_TSRESOL = 6;
const MAX_EXACT_EXPONENT = 9;

/** An interface description block (draft-ietf-opsawg-pcapng 4.2). */
export interface CaptureInterface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  /** if_tsresol: ticks are 10^-n s, or 2^-n s with bit 0x80. */
  readonly resolution: number;
  /** if_tsoffset: seconds to add to every time. */
  readonly offsetSeconds: number;
}

/** `body` is what stands between the two lengths of the block, `fileOffset` where it begins in the file. */
export function decodeInterface(body: Reader, fileOffset: number): CaptureInterface {
  const linkType = body.u16();
  body.skip(2);
  const snapLength = body.u32();
  let resolution = DEFAULT_TSRESOL;
  let offsetSeconds = 0;
  while (body.remaining >= 4) {
    const at = fileOffset + body.offset;
    const code = body.u16();
    const length = body.u16();
    if (code === OPTION_END) break;
    if (length > body.remaining) throw invalidCapture(`option ${code} of ${length} bytes leaves its block`, at);
    const next = body.offset + length;
    if (code === OPTION_TSRESOL) {
      if (length !== 1) throw invalidCapture(`if_tsresol of ${length} bytes, not 1`, at);
      resolution = body.u8();
    } else if (code === OPTION_TSOFFSET) {
      if (length !== 8) throw invalidCapture(`if_tsoffset of ${length} bytes, not 8`, at);
      offsetSeconds = Number(BigInt.asIntN(64, body.u64()));
    }
    body.offset = Math.min(next + ((4 - (length % 4)) % 4), body.bytes.length);
  }
  return { linkType, snapLength, resolution, offsetSeconds };
}

export interface CaptureTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** The 64-bit count of ticks, in two halves, as seconds and nanoseconds since 1970. */
export function captureTime(source: CaptureInterface, high: number, low: number): CaptureTime {
  const { resolution, offsetSeconds } = source;
  if (resolution > MAX_EXACT_EXPONENT) return bigCaptureTime(source, high, low);
  const ticksPerSecond = 10 ** resolution;
  // Long division in digits of 16 bits: a remainder below 2^30 keeps every step exact, and no BigInt is made.
  let seconds = 0;
  let rest = 0;
  for (const digit of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
    const step = rest * 0x10000 + digit;
    const quotient = Math.floor(step / ticksPerSecond);
    rest = step - quotient * ticksPerSecond;
    seconds = seconds * 0x10000 + quotient;
  }
  return { seconds: seconds + offsetSeconds, nanoseconds: rest * 10 ** (MAX_EXACT_EXPONENT - resolution) };
}

/** Resolutions finer than a nanosecond, and powers of two. */
function bigCaptureTime({ resolution, offsetSeconds }: CaptureInterface, high: number, low: number): CaptureTime {
  const exponent = BigInt(resolution & 0x7f);
  const ticksPerSecond = resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  return {
    seconds: Number(ticks / ticksPerSecond) + offsetSeconds,
    nanoseconds: Number(((ticks % ticksPerSecond) * 1_000_000_000n) / ticksPerSecond),
  };
}
