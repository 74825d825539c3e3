import { encodePdu, type OpenedPdu } from './auth-verifier.ts';
import type { CoHeader } from './header.ts';

/** p_reject_reason_t (C706 12.6.3.1, [MS-RPCE] 2.2.2.5). */
export const NAK_REASON = {
  notSpecified: 0,
  temporaryCongestion: 1,
  localLimitExceeded: 2,
  calledPaddrUnknown: 3,
  protocolVersionNotSupported: 4,
  defaultContextNotSupported: 5,
  userDataNotReadable: 6,
  noPsapAvailable: 7,
  authenticationTypeNotRecognized: 8,
  invalidChecksum: 9,
} as const;

/** bind_nak (13), server to client: the association is refused (C706 12.6.4.5). */
export interface BindNak {
  readonly type: 'bind_nak';
  readonly header: CoHeader;
  /** One of NAK_REASON. */
  readonly reason: number;
  /** Versions of the protocol that the server speaks; Windows puts more behind them, which is left out. */
  readonly versions: readonly { readonly major: number; readonly minor: number }[];
}

/** 0: reason u16, 2: n versions u8, then pairs of u8. */
export function decodeBindNak(header: CoHeader, { body }: OpenedPdu): BindNak {
  const reason = body.u16();
  const count = body.remaining === 0 ? 0 : body.u8();
  const versions = Array.from({ length: count }, () => ({ major: body.u8(), minor: body.u8() }));
  return { type: 'bind_nak', header, reason, versions };
}

export function encodeBindNak({ header, reason, versions }: BindNak): Uint8Array {
  return encodePdu('bind_nak', header, null, (writer) => {
    writer.u16(reason).u8(versions.length);
    for (const { major, minor } of versions) writer.u8(major).u8(minor);
    // [MS-RPCE] 2.2.2.9: the versions end at a multiple of 4.
    writer.align(4);
  });
}
