import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { type PresentationSyntax, readSyntax, writeSyntax } from './syntax.ts';

/** p_cont_def_result_t (C706 12.6.3.1); the last one answers bind-time features ([MS-RPCE] 2.2.2.4). */
export const CONTEXT_RESULT = { acceptance: 0, userRejection: 1, providerRejection: 2, negotiateAck: 3 } as const;

/** p_provider_reason_t; behind negotiateAck the reason is the bits of the features instead. */
export const REJECT_REASON = {
  notSpecified: 0,
  abstractSyntaxNotSupported: 1,
  transferSyntaxesNotSupported: 2,
  localLimitExceeded: 3,
} as const;

/** What became of one presentation context. */
export interface ContextResult {
  readonly result: number;
  readonly reason: number;
  /** All zero unless accepted. */
  readonly transferSyntax: PresentationSyntax;
}

/**
 * The body of bind_ack and alter_context_resp (C706 12.6.4.4): max_xmit_frag u16, max_recv_frag u16, assoc_group_id u32,
 * length of the secondary address u16, address with its NUL, padding to a multiple of 4, n_results u8, 3 reserved, results.
 */
export interface BindAckBody {
  readonly maxXmitFrag: number;
  readonly maxRecvFrag: number;
  readonly assocGroup: number;
  /** The server's own port as text; empty in an alter_context_resp. */
  readonly secondaryAddress: string;
  /** In the order of the contexts that were asked for. */
  readonly results: readonly ContextResult[];
}

export function readBindAckBody(reader: Reader): BindAckBody {
  const maxXmitFrag = reader.u16();
  const maxRecvFrag = reader.u16();
  const assocGroup = reader.u32();
  const address = reader.take(reader.u16());
  reader.align(4);
  const count = reader.u8();
  reader.skip(3);
  const results = Array.from({ length: count }, () => ({
    result: reader.u16(),
    reason: reader.u16(),
    transferSyntax: readSyntax(reader),
  }));
  const end = address.indexOf(0);
  const secondaryAddress = String.fromCharCode(
    ...address.subarray(0, end < 0 ? address.length : Math.min(end, LONGEST_ADDRESS)),
  );
  return { maxXmitFrag, maxRecvFrag, assocGroup, secondaryAddress, results };
}

/** A port or the name of a pipe: more is not text that anybody reads. */
const LONGEST_ADDRESS = 1024;

export function writeBindAckBody(writer: Writer, body: BindAckBody): void {
  writer.u16(body.maxXmitFrag).u16(body.maxRecvFrag).u32(body.assocGroup);
  const address = Uint8Array.from(body.secondaryAddress, (character) => character.charCodeAt(0));
  if (address.length === 0) writer.u16(0);
  else
    writer
      .u16(address.length + 1)
      .bytes(address)
      .u8(0);
  writer.align(4).u8(body.results.length).zeros(3);
  for (const { result, reason, transferSyntax } of body.results) {
    writer.u16(result).u16(reason);
    writeSyntax(writer, transferSyntax);
  }
}
