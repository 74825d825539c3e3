import { DatagramSession } from './datagram-session.ts';
import type { NtlmFlagName } from './flags.ts';
import type { Sender } from './keys.ts';
import { StreamSession } from './stream-session.ts';

/** What has to protect the messages: nothing, signatures, or signatures and encryption. */
export const PROTECTIONS = ['none', 'sign', 'seal'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** The two forms of NTLM ([MS-NLMP] 1.3.1): three messages over a connection, the last two of them over datagrams. */
export interface NtlmForm<Session extends NtlmSession> {
  readonly flags: readonly NtlmFlagName[];
  newSession(flags: number, sessionKey: Uint8Array, side: Sender): Session;
}

export type NtlmSession = StreamSession | DatagramSession;

export const STREAM_FORM: NtlmForm<StreamSession> = {
  flags: [],
  newSession: (flags, sessionKey, side) => new StreamSession(flags, sessionKey, side),
};

export const DATAGRAM_FORM: NtlmForm<DatagramSession> = {
  flags: ['DATAGRAM', 'KEY_EXCHANGE'],
  newSession: (flags, sessionKey, side) => new DatagramSession(flags, sessionKey, side),
};

/** The flags without which `protection` is not given. */
export const PROTECTION_FLAGS: Readonly<Record<Protection, readonly NtlmFlagName[]>> = {
  none: [],
  sign: ['SIGN'],
  seal: ['SIGN', 'SEAL'],
};
