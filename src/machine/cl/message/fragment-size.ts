import { CL_HEADER_SIZE, type FackBody } from '../../../pdu/cl/index.ts';
import type { MessageSettings } from '../dialects.ts';

/** Largest PDU before the peer has shown what it takes, bytes ([MS-RPCE] 3.2.1.1.2). */
export const INITIAL_PDU = 1_024;

/** Stub bytes of a fragment in PDUs of this size, `overhead` for their security: a multiple of 8 (C706 12.5). */
export function fragmentBody(pduSize: number, overhead: number): number {
  return floor8(pduSize - CL_HEADER_SIZE - overhead);
}

/** A PDU that came, `overhead` for its security, shows that the peer knows PDUs of its size. */
export function sizeSeen(known: number, stubLength: number, overhead: number, limit: number): number {
  const seen = floor8(CL_HEADER_SIZE + stubLength + overhead);
  return seen > known ? Math.min(seen, limit) : known;
}

/** The sizes of a fack are what the peer wants; nonsense below the initial size counts as that (C706 runtimes). */
export function sizeTold({ maxTsdu, maxFragSize }: FackBody, limit: number): number {
  return Math.max(INITIAL_PDU, Math.min(floor8(maxTsdu), floor8(maxFragSize), limit));
}

/** The window of a fack in fragments. Kilobytes 0, 1 and 2 are words: stop, hardly any, few. */
export function windowTold(windowSize: number, pduSize: number, settings: MessageSettings): number {
  const { windowUnit, burstMax } = settings;
  const kilobytes = Math.max(1, Math.floor((windowSize * 1024) / pduSize));
  const fragments =
    windowUnit === 'fragments' || windowSize <= 2
      ? windowSize
      : windowUnit === 'kilobytes'
        ? kilobytes
        : Math.min(windowSize, kilobytes);
  return Math.min(fragments, burstMax);
}

function floor8(value: number): number {
  return value - (value % 8);
}
