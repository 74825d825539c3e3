import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import { type PresentationSyntax, readSyntax, writeSyntax } from './syntax.ts';

/** What a client repeats behind its arguments, under the signature, of what went unsigned ([MS-RPCE] 2.2.2.13). */
export interface VerificationTrailer {
  /** rpc_sec_vt_bitmask; bit 0: the client supports header signing. */
  readonly bitmask1: number | null;
  /** rpc_sec_vt_pcontext: interface and transfer syntax of the call's presentation context. */
  readonly context: { readonly interface: PresentationSyntax; readonly transferSyntax: PresentationSyntax } | null;
  /** rpc_sec_vt_header2: of the request's header. */
  readonly header: RequestHeader | null;
}

export interface RequestHeader {
  readonly type: number;
  /** As four bytes read in big-endian order. */
  readonly drep: number;
  readonly callId: number;
  readonly contextId: number;
  readonly opnum: number;
}

export const CLIENT_SUPPORTS_HEADER_SIGNING = 0x00000001;

const SIGNATURE = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71] as const;
const COMMAND = { bitmask1: 0x0001, context: 0x0002, header2: 0x0003 } as const;
const END = 0x4000;
const MUST_PROCESS = 0x8000;
/** Bytes behind the arguments in which it is looked for: all commands there are, and room for as many unknown ones. */
const FARTHEST = 256;

/** The stub with its trailer behind it, at a multiple of 4, all in little-endian order. */
export function appendVerificationTrailer(
  stub: Uint8Array,
  { bitmask1, context, header }: VerificationTrailer,
): Uint8Array {
  const commands: [number, (writer: Writer) => void][] = [];
  if (bitmask1 !== null) commands.push([COMMAND.bitmask1, (writer) => writer.u32(bitmask1)]);
  if (context !== null)
    commands.push([
      COMMAND.context,
      (writer) => {
        writeSyntax(writer, context.interface);
        writeSyntax(writer, context.transferSyntax);
      },
    ]);
  if (header !== null)
    commands.push([
      COMMAND.header2,
      (writer) => {
        writer.u8(header.type).zeros(3).bytes(new Writer(false, 4).u32(header.drep).finish());
        writer.u32(header.callId).u16(header.contextId).u16(header.opnum);
      },
    ]);
  const writer = new Writer(true, stub.length + 96).bytes(stub).align(4);
  for (const byte of SIGNATURE) writer.u8(byte);
  commands.forEach(([command, write], i) => {
    const body = new Writer();
    write(body);
    writer
      .u16(i === commands.length - 1 ? command | END : command)
      .u16(body.length)
      .bytes(body.finish());
  });
  return writer.finish();
}

/**
 * Takes the trailer off a request's stub; null: it has none. Throws RemoteProtocolError for a broken one, and for an unknown
 * command that has to be obeyed.
 */
export function splitVerificationTrailer(
  stub: Uint8Array,
): { readonly stub: Uint8Array; readonly trailer: VerificationTrailer } | null {
  const at = signatureOffset(stub);
  return at < 0
    ? null
    : { stub: stub.subarray(0, at), trailer: readTrailer(new Reader(stub, true, at + SIGNATURE.length)) };
}

/** The last one counts: arguments may hold the same bytes. */
function signatureOffset(stub: Uint8Array): number {
  for (let at = (stub.length - SIGNATURE.length) & ~3; at >= 0 && at >= stub.length - FARTHEST; at -= 4) {
    if (SIGNATURE.every((byte, i) => stub[at + i] === byte)) return at;
  }
  return -1;
}

function readTrailer(reader: Reader): VerificationTrailer {
  let trailer: VerificationTrailer = { bitmask1: null, context: null, header: null };
  for (let command = 0; (command & END) === 0; ) {
    command = reader.u16();
    const body = new Reader(reader.take(reader.u16()));
    switch (command & ~(END | MUST_PROCESS)) {
      case COMMAND.bitmask1:
        trailer = { ...trailer, bitmask1: body.u32() };
        break;
      case COMMAND.context:
        trailer = { ...trailer, context: { interface: readSyntax(body), transferSyntax: readSyntax(body) } };
        break;
      case COMMAND.header2:
        trailer = { ...trailer, header: readHeader2(body) };
        break;
      default:
        if ((command & MUST_PROCESS) !== 0) {
          throw new RemoteProtocolError(
            `a verification trailer with the unknown command ${command & ~(END | MUST_PROCESS)}`,
          );
        }
    }
  }
  return trailer;
}

function readHeader2(reader: Reader): RequestHeader {
  const type = reader.u8();
  reader.skip(3);
  const drep = new Reader(reader.take(4), false).u32();
  return { type, drep, callId: reader.u32(), contextId: reader.u16(), opnum: reader.u16() };
}
