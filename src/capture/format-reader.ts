import type { ByteWindow } from './byte-window.ts';

/** Cuts the records of one file format out of a window. */
export interface FormatReader {
  /**
   * Consumes the whole records that the window holds. Throws RemoteProtocolError at the first one that breaks the
   * format; those before it were delivered.
   */
  read(window: ByteWindow): void;

  /** Where in the file a record began that is not all there; null between records. */
  unfinished(window: ByteWindow): number | null;
}
