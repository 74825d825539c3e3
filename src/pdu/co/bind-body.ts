import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { type PresentationSyntax, readSyntax, writeSyntax } from './syntax.ts';

/** p_cont_elem_t: an interface that the client wants, and the transfer syntaxes that it could speak it in. */
export interface PresentationContext {
  readonly id: number;
  readonly interface: PresentationSyntax;
  readonly transferSyntaxes: readonly PresentationSyntax[];
}

/**
 * The body of bind and alter_context (C706 12.6.4.3): max_xmit_frag u16, max_recv_frag u16, assoc_group_id u32,
 * n_context_elem u8, 3 reserved, then for each context: id u16, n_transfer_syn u8, 1 reserved, interface, transfer syntaxes.
 */
export interface BindBody {
  /** Largest fragments that the client sends and takes, bytes. */
  readonly maxXmitFrag: number;
  readonly maxRecvFrag: number;
  /** 0: a new association group. */
  readonly assocGroup: number;
  readonly contexts: readonly PresentationContext[];
}

export function readBindBody(reader: Reader): BindBody {
  const maxXmitFrag = reader.u16();
  const maxRecvFrag = reader.u16();
  const assocGroup = reader.u32();
  const contexts: PresentationContext[] = [];
  const count = reader.u8();
  reader.skip(3);
  for (let i = 0; i < count; i++) {
    const id = reader.u16();
    const syntaxes = reader.u8();
    reader.skip(1);
    const abstractSyntax = readSyntax(reader);
    contexts.push({
      id,
      interface: abstractSyntax,
      transferSyntaxes: Array.from({ length: syntaxes }, () => readSyntax(reader)),
    });
  }
  return { maxXmitFrag, maxRecvFrag, assocGroup, contexts };
}

export function writeBindBody(writer: Writer, body: BindBody): void {
  writer.u16(body.maxXmitFrag).u16(body.maxRecvFrag).u32(body.assocGroup);
  writer.u8(body.contexts.length).zeros(3);
  for (const { id, interface: abstractSyntax, transferSyntaxes } of body.contexts) {
    writer.u16(id).u8(transferSyntaxes.length).u8(0);
    writeSyntax(writer, abstractSyntax);
    for (const syntax of transferSyntaxes) writeSyntax(writer, syntax);
  }
}
