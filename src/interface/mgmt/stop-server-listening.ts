import { Writer } from '../../bytes/writer.ts';
import { writeU32 } from '../../ndr/scalar.ts';

/** stop_server_listening, operation 3 (C706 App. Q). The request has no parameters. */
export interface StopServerListeningResponse {
  /** 0: the server stops; 5, access denied: it does not. */
  readonly status: number;
}

export function encodeStopServerListeningResponse({ status }: StopServerListeningResponse): Uint8Array {
  const writer = new Writer();
  writeU32(writer, status);
  return writer.finish();
}
