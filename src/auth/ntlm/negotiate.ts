import { hasFlag } from './flags.ts';
import { MessageWriter, type NtlmVersion, openMessage, readVersion } from './message.ts';

const FIXED_LENGTH = 40;
const EMPTY = new Uint8Array(0);

/** NEGOTIATE_MESSAGE ([MS-NLMP] 2.2.1.1): first of the three of a connection, absent over datagrams. */
export interface NegotiateMessage {
  readonly flags: number;
  readonly version: NtlmVersion | null;
}

export function encodeNegotiate({ flags, version }: NegotiateMessage): Uint8Array {
  return new MessageWriter('negotiate', FIXED_LENGTH, [])
    .u32(flags)
    .field(EMPTY)
    .field(EMPTY)
    .version(version)
    .finish();
}

/** The names of the client's domain and workstation that may stand in it are left unread. */
export function decodeNegotiate(bytes: Uint8Array): NegotiateMessage {
  const reader = openMessage(bytes, 'negotiate');
  const flags = reader.u32();
  if (!hasFlag(flags, 'VERSION') || bytes.length < FIXED_LENGTH) return { flags, version: null };
  reader.skip(16);
  return { flags, version: readVersion(reader) };
}
