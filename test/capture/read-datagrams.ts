import { type CaptureEnd, type CaptureLimits, CaptureReader } from '../../src/capture/capture-reader.ts';
import { DatagramReader, type PacketKind } from '../../src/capture/datagram-reader.ts';
import type { ReassemblyCounts, ReassemblyLimits } from '../../src/capture/fragments.ts';
import type { Datagram } from '../../src/capture/packet.ts';

export interface CaptureSummary extends CaptureEnd {
  readonly kinds: Readonly<Record<PacketKind, number>>;
  readonly reassembly: Readonly<ReassemblyCounts>;
  /** Fragmented datagrams that still missed a piece at the end. */
  readonly unfinished: number;
}

/**
 * Reads a whole capture, for instance a file stream or standard input, in memory that does not grow with it. Rejects
 * with RemoteProtocolError where the file breaks its format, after the datagrams before that place were delivered, and
 * with what `chunks` or `onDatagram` throw.
 */
export async function readDatagrams(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onDatagram: (datagram: Datagram) => void,
  limits: Partial<CaptureLimits & ReassemblyLimits> = {},
): Promise<CaptureSummary> {
  const datagrams = new DatagramReader(limits);
  const reader = new CaptureReader((packet) => {
    const datagram = datagrams.read(packet);
    if (datagram !== null) onDatagram(datagram);
  }, limits);
  for await (const chunk of chunks) reader.push(chunk);
  const { counts, reassembly, unfinished } = datagrams;
  return { ...reader.end(), kinds: { ...counts }, reassembly: { ...reassembly }, unfinished };
}
