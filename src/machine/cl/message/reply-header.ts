import { type ClHeader, DREP_LITTLE_ENDIAN, FLAGS1 } from '../../../pdu/cl/index.ts';

/** The header of an answer: the call's own names, the answerer's byte order, no flags (C706 12.5). */
export function replyHeader(received: ClHeader, own: Partial<ClHeader> = {}): ClHeader {
  return {
    ...received,
    flags1: 0,
    flags2: 0,
    drep: DREP_LITTLE_ENDIAN,
    fragment: 0,
    authProtocol: 0,
    serial: 0,
    ...own,
  };
}

/** Flags of a response in one PDU: complete, no fack wanted. */
export const SINGLE_RESPONSE = FLAGS1.nofack;
