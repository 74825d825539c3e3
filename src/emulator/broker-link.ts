import { readSync, writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';
import type { RejectedCall } from './open-failures.ts';

/** What the RPC runtime of a process asks of its machine, and waits for, as of RPCSS over local RPC. */
export type LinkRequest =
  | { readonly ask: 'port' }
  | {
      readonly ask: 'reject-next';
      readonly host: string;
      readonly mapperPort: number;
      readonly from: Address;
      readonly on: RejectedCall;
    }
  | { readonly ask: 'undo'; readonly id: number };

/** The descriptor of the link in a process of an emulated machine, behind the channel of its messages. */
export const LINK_DESCRIPTOR = 4;

const MOST_BYTES = 4_096;

/** The process's end: a call blocks the whole process until it is answered, and the machine answers at once. */
export class LinkClient {
  readonly #buffer = Buffer.alloc(MOST_BYTES);

  /** Throws TransportError when the machine has gone. */
  ask(request: LinkRequest): number {
    writeSync(LINK_DESCRIPTOR, `${JSON.stringify(request)}\n`);
    let text = '';
    while (!text.endsWith('\n')) {
      const read = readSync(LINK_DESCRIPTOR, this.#buffer, 0, MOST_BYTES, null);
      if (read === 0) throw new TransportError('the emulated machine of this process has gone');
      text += this.#buffer.toString('latin1', 0, read);
    }
    return Number(text);
  }
}

/** The machine's end, for one process. */
export function serveLink(stream: Duplex, answer: (request: LinkRequest) => number): void {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const request = JSON.parse(text.slice(0, end)) as LinkRequest;
      text = text.slice(end + 1);
      stream.write(`${answer(request)}\n`);
    }
  });
  // A process that was killed leaves a broken pipe; its exit is what counts.
  stream.on('error', () => {});
}
