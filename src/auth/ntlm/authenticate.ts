import { hasFlag } from './flags.ts';
import {
  decodeText,
  encodeText,
  MessageWriter,
  type NtlmVersion,
  openMessage,
  readField,
  readVersion,
} from './message.ts';

const MIC_OFFSET = 72;
const MIC_LENGTH = 16;

/** AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3). */
export interface AuthenticateMessage {
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  /** Empty without key exchange. */
  readonly encryptedSessionKey: Uint8Array;
  readonly flags: number;
  readonly version: NtlmVersion | null;
  /** 16 bytes over all messages of the exchange; null: no room for one. */
  readonly mic: Uint8Array | null;
}

export function encodeAuthenticate(message: AuthenticateMessage): Uint8Array {
  const text = (value: string): Uint8Array => encodeText(value, message.flags);
  const [domain, user, workstation] = [text(message.domain), text(message.user), text(message.workstation)];
  const lmResponse = message.lmResponse.slice();
  const ntResponse = message.ntResponse.slice();
  const fixedLength = message.mic === null ? MIC_OFFSET : MIC_OFFSET + MIC_LENGTH;
  const payload = [domain, user, workstation, lmResponse, ntResponse, message.encryptedSessionKey];
  return new MessageWriter('authenticate', fixedLength, payload)
    .field(lmResponse)
    .field(ntResponse)
    .field(domain)
    .field(user)
    .field(workstation)
    .field(message.encryptedSessionKey)
    .u32(message.flags)
    .version(message.version)
    .bytes(message.mic ?? new Uint8Array(0))
    .finish();
}

/** A MIC is read when no field begins before its end: whether it counts, the client's AV pairs say. */
export function decodeAuthenticate(bytes: Uint8Array): AuthenticateMessage {
  const reader = openMessage(bytes, 'authenticate');
  const lmResponse = readField(reader);
  const ntResponse = readField(reader);
  const [domain, user, workstation] = [readField(reader), readField(reader), readField(reader)];
  const encryptedSessionKey = readField(reader);
  const flags = reader.u32();
  const fields = [lmResponse, ntResponse, domain, user, workstation, encryptedSessionKey];
  const payload = Math.min(
    bytes.length,
    ...fields.filter((f) => f.length > 0).map((f) => f.byteOffset - bytes.byteOffset),
  );
  return {
    lmResponse,
    ntResponse,
    domain: decodeText(domain, flags),
    user: decodeText(user, flags),
    workstation: decodeText(workstation, flags),
    encryptedSessionKey,
    flags,
    version: hasFlag(flags, 'VERSION') && payload >= MIC_OFFSET ? readVersion(reader) : null,
    mic: payload >= MIC_OFFSET + MIC_LENGTH ? bytes.subarray(MIC_OFFSET, MIC_OFFSET + MIC_LENGTH) : null,
  };
}

/** The message with its MIC: `bytes`, written with one of zeros, are changed. */
export function setMic(bytes: Uint8Array, mic: Uint8Array): void {
  bytes.set(mic, MIC_OFFSET);
}

/** The message as the MIC was computed over it. */
export function withoutMic(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0, MIC_OFFSET, MIC_OFFSET + MIC_LENGTH);
  return copy;
}
