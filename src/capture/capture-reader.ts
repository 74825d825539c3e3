import { LocalMisuseError } from '../status/errors.ts';
import { ByteWindow } from './byte-window.ts';
import { foreignFormat } from './foreign-formats.ts';
import type { FormatReader } from './format-reader.ts';
import { invalidCapture, type Packet } from './packet.ts';
import { PCAP_MAGICS, PcapReader } from './pcap-reader.ts';
import { PCAPNG_MAGIC, PcapngReader } from './pcapng-reader.ts';

export interface CaptureLimits {
  /** Longest packet; beyond it a length is taken for damage. */
  readonly maxPacketBytes: number;
  /** Longest pcapng block that is read; blocks of unknown types are passed over unread. */
  readonly maxBlockBytes: number;
  /** Interfaces of one pcapng section. */
  readonly maxInterfaces: number;
}

/** The first two are the bounds that Wireshark sets itself; a reader holds at most twice maxBlockBytes. */
export const CAPTURE_LIMITS: CaptureLimits = {
  maxPacketBytes: 262_144,
  maxBlockBytes: 16 * 1024 * 1024,
  maxInterfaces: 4096,
};

export interface CaptureEnd {
  readonly packets: number;
  readonly bytes: number;
  /** Offset of the record that the end of the file cuts, as when tcpdump is killed; null: it ended between records. */
  readonly cutShortAt: number | null;
}

/**
 * Reads pcap and pcapng of both byte orders out of chunks of any size, and hands each packet to `onPacket` before
 * `push` returns. Chunks are not copied: they must not change while packets of them are in use.
 */
export class CaptureReader {
  readonly #window = new ByteWindow();
  readonly #limits: CaptureLimits;
  readonly #onPacket: (packet: Packet) => void;
  #format: FormatReader | null = null;
  #packets = 0;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(onPacket: (packet: Packet) => void, limits: Partial<CaptureLimits> = {}) {
    this.#limits = { ...CAPTURE_LIMITS, ...limits };
    this.#onPacket = (packet) => {
      this.#packets += 1;
      onPacket(packet);
    };
  }

  /**
   * Throws RemoteProtocolError (ERR_CLUSRPC_INVALID_INPUT, with the byte offset in its message) where the file breaks
   * its format; packets before that place were delivered. After an error each later call throws it again.
   */
  push(chunk: Uint8Array): void {
    if (this.#ended) throw new LocalMisuseError('push after end of a CaptureReader');
    this.#guard(() => {
      this.#window.append(chunk);
      if (this.#window.available < 4) return;
      this.#format ??= this.#chooseFormat();
      this.#format.read(this.#window);
    });
  }

  /** Call once after the last chunk. Throws RemoteProtocolError for an input too short to be a capture. */
  end(): CaptureEnd {
    this.#ended = true;
    return this.#guard(() => {
      const window = this.#window;
      const bytes = window.position + window.available;
      const cutShortAt = this.#format === null ? 0 : this.#format.unfinished(window);
      if (cutShortAt === 0) throw invalidCapture('the file ends before its first header does', bytes);
      return { packets: this.#packets, bytes, cutShortAt };
    });
  }

  #guard<T>(work: () => T): T {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      return work();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #chooseFormat(): FormatReader {
    const { view, offset, position } = this.#window;
    const magic = view.getUint32(offset);
    if (magic === PCAPNG_MAGIC) return new PcapngReader(this.#onPacket, this.#limits);
    if (PCAP_MAGICS.has(magic)) return new PcapReader(this.#onPacket, this.#limits.maxPacketBytes);
    const head = new DataView(view.buffer, view.byteOffset + offset, this.#window.available);
    const foreign = foreignFormat(head);
    if (foreign !== null) throw invalidCapture(`it is ${foreign.name}`, position, foreign.advice);
    const advice = 'Convert it with editcap -F pcapng, or capture with tcpdump -w.';
    throw invalidCapture(`neither pcap nor pcapng: it begins with 0x${hex32(magic)}`, position, advice);
  }
}

/** Whether a file that begins so is pcap or pcapng. */
export function isCapture(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0);
  return magic === PCAPNG_MAGIC || PCAP_MAGICS.has(magic);
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
