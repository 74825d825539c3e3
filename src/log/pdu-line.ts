import { uuidText } from '../bytes/uuid.ts';
import { interfaceName, operationName } from '../interface/index.ts';
import { type ClHeader, type DecodedHeader, decodeHeader, FLAGS1, FLAGS2 } from '../pdu/cl/index.ts';
import type { PduMessage } from '../transport/endpoint.ts';
import { addressText } from './event-lines.ts';

/**
 * One datagram on one line, out of its header alone:
 * `request clusapi ApiOpenCluster act=3f2a91c0 seq=1 frag=0 ser=0 [idempotent] 127.0.0.1:5000 → 127.0.0.1:1038 96 bytes`
 */
export function pduLine({ direction, local, remote, datagram }: PduMessage): string {
  const [from, to] = direction === 'out' ? [local, remote] : [remote, local];
  return `${headerText(datagram)} ${addressText(from)} → ${addressText(to)} ${datagram.length} bytes`;
}

function headerText(datagram: Uint8Array): string {
  let decoded: DecodedHeader;
  try {
    decoded = decodeHeader(datagram);
  } catch (error) {
    return `not a PDU (${(error as Error).message})`;
  }
  const { type, header } = decoded;
  const { interfaceId, opnum, activity, sequence, fragment, serial } = header;
  const known = interfaceName(interfaceId);
  const operation = operationName(interfaceId, opnum) ?? `operation ${opnum}`;
  const numbers = `act=${uuidText(activity).slice(0, 8)} seq=${sequence} frag=${fragment} ser=${serial}`;
  return `${type} ${known ?? uuidText(interfaceId)} ${operation} ${numbers}${flagsText(header)}`;
}

function flagsText({ flags1, flags2 }: ClHeader): string {
  const names = [
    ...Object.entries(FLAGS1).filter(([, bit]) => (flags1 & bit) !== 0),
    ...Object.entries(FLAGS2).filter(([, bit]) => (flags2 & bit) !== 0),
  ].map(([name]) => name);
  return names.length === 0 ? '' : ` [${names.join(' ')}]`;
}
