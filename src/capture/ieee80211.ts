import { readU16, readU32 } from '../bytes/integers.ts';
import { llc, type Unwrapped } from './encapsulation.ts';

const TYPE_DATA = 2;
const SUBTYPE = { NULL: 0x4, QOS: 0x8 } as const;
const FLAG = { TO_DS: 0x01, FROM_DS: 0x02, MORE_FRAGMENTS: 0x04, PROTECTED: 0x40, ORDER: 0x80 } as const;
const QOS_AMSDU = 0x80;

/**
 * A frame of IEEE Std 802.11 (9.2.4) at `at`. What is encrypted, cut into fragments, or several frames in one, is an
 * unknown tunnel. `isPadded`: the header is filled up to a multiple of four, as some drivers give it.
 */
export function ieee80211(data: Uint8Array, at: number, isPadded = false): Unwrapped {
  if (at + 24 > data.length) return 'tooShort';
  const control = data[at] as number;
  const flags = data[at + 1] as number;
  const subtype = control >>> 4;
  if (((control >>> 2) & 3) !== TYPE_DATA || (subtype & SUBTYPE.NULL) !== 0) return { etherType: 0, offset: at };
  if ((flags & (FLAG.PROTECTED | FLAG.MORE_FRAGMENTS)) !== 0 || ((data[at + 22] as number) & 0x0f) !== 0) {
    return 'unknownTunnel';
  }
  const isBetweenStations = (flags & FLAG.TO_DS) !== 0 && (flags & FLAG.FROM_DS) !== 0;
  let length = isBetweenStations ? 30 : 24;
  if ((subtype & SUBTYPE.QOS) !== 0) {
    if (((data[at + length] ?? 0) & QOS_AMSDU) !== 0) return 'unknownTunnel';
    length += (flags & FLAG.ORDER) === 0 ? 2 : 6;
  }
  return llc(data, at + (isPadded ? (length + 3) & ~3 : length));
}

const RADIOTAP_FLAG_DATAPAD = 0x20;

/** Version, length, and words that tell which fields follow; of them only the flags matter here (radiotap.org). */
export function ieee80211Radiotap(data: Uint8Array): Unwrapped {
  if (data.length < 8) return 'tooShort';
  const present = readU32(data, 4, true);
  let fields = 8;
  while (fields + 4 <= data.length && (readU32(data, fields - 4, true) & 0x80000000) !== 0) fields += 4;
  // The first field is a time of eight bytes, in its natural place; the second the flags.
  if ((present & 1) !== 0) fields = ((fields + 7) & ~7) + 8;
  const flags = (present & 2) === 0 ? 0 : (data[fields] ?? 0);
  return ieee80211(data, readU16(data, 2, true), (flags & RADIOTAP_FLAG_DATAPAD) !== 0);
}

const AVS_MAGIC = 0x80211;

/** The header of Prism cards: a message code and its length; some drivers write that of AVS instead. */
export function ieee80211Prism(data: Uint8Array): Unwrapped {
  if (data.length < 8) return 'tooShort';
  if (readU32(data, 0, false) >>> 12 === AVS_MAGIC) return ieee80211Avs(data);
  const big = readU32(data, 4, false);
  return ieee80211(data, Math.min(big, readU32(data, 4, true)));
}

/** Magic number and length, in network order. */
export function ieee80211Avs(data: Uint8Array): Unwrapped {
  return data.length < 8 ? 'tooShort' : ieee80211(data, readU32(data, 4, false));
}
