import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';

/** AV_PAIR ids ([MS-NLMP] 2.2.2.1). */
export const AV = {
  endOfList: 0x0000,
  netbiosComputerName: 0x0001,
  netbiosDomainName: 0x0002,
  dnsComputerName: 0x0003,
  dnsDomainName: 0x0004,
  dnsTreeName: 0x0005,
  flags: 0x0006,
  timestamp: 0x0007,
  targetName: 0x0009,
  channelBindings: 0x000a,
} as const;

/** Bits of the pair `flags`. */
export const AV_FLAG = { mic: 0x00000002 } as const;

/** One pair of a TargetInfo; ids that nobody knows survive. */
export interface AvPair {
  readonly id: number;
  readonly value: Uint8Array;
}

export function encodeAvPairs(pairs: readonly AvPair[]): Uint8Array {
  const writer = new Writer();
  for (const { id, value } of pairs) writer.u16(id).u16(value.length).bytes(value);
  return writer.u16(AV.endOfList).u16(0).finish().slice();
}

/** The pairs up to the end of the list; what follows it is ignored. Throws RemoteProtocolError when the end is missing. */
export function decodeAvPairs(bytes: Uint8Array): AvPair[] {
  const reader = new Reader(bytes);
  const pairs: AvPair[] = [];
  for (;;) {
    const id = reader.u16();
    const value = reader.take(reader.u16());
    if (id === AV.endOfList) return pairs;
    pairs.push({ id, value });
  }
}

export function avValue(pairs: readonly AvPair[], id: number): Uint8Array | null {
  return pairs.find((pair) => pair.id === id)?.value ?? null;
}

/** `pairs` with one more, in place of those with its id. */
export function withAvPair(pairs: readonly AvPair[], pair: AvPair): AvPair[] {
  return [...pairs.filter(({ id }) => id !== pair.id), pair];
}
