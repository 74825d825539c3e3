import { type FackBody, FLAGS1, type Request, type Response } from '../../../../src/pdu/cl/index.ts';

/*
 * Messages of many fragments as a C706 runtime was seen to handle them, written from those observations alone and sharing
 * nothing with the machines under test but the PDU codec.
 */

const INITIAL_PDU = 1_024;
const MAX_PDU = 1_464;
const HEADER = 80;
const WINDOW_KB = 24;
const MAX_BLAST = 4;
const MAX_QUEUED = 96;

interface Piece {
  readonly index: number;
  readonly stub: Uint8Array;
  /** Of its last transmission; −1: never sent. */
  serial: number;
}

export interface Outgoing {
  readonly index: number;
  readonly stub: Uint8Array;
  readonly flags1: number;
}

/** The transmit queue: what is acknowledged leaves it, and what is last in it is flagged so. */
export class TransmitQueue {
  readonly single: boolean;
  readonly #stub: Uint8Array;
  readonly #send: (piece: Outgoing) => number;
  #pduSize = INITIAL_PDU;
  #cut = 0;
  #pieces: Piece[] = [];
  #nextIndex = 0;
  #window = 8;
  #blast = 1;
  #fackSerial = -1;

  constructor(stub: Uint8Array, pduSize: number, send: (piece: Outgoing) => number) {
    this.#stub = stub;
    this.#send = send;
    this.#pduSize = pduSize;
    this.single = stub.length <= pduSize - HEADER;
  }

  get pduSize(): number {
    return this.#pduSize;
  }

  /** All of it has been sent at least once. */
  get sent(): boolean {
    return this.#cut === this.#stub.length && this.#nextIndex > 0 && this.#pieces.every(({ serial }) => serial >= 0);
  }

  get acknowledged(): boolean {
    return this.sent && this.#pieces.length === 0;
  }

  get lastIndex(): number {
    return this.#nextIndex - 1;
  }

  start(): void {
    if (this.single) this.#send({ index: 0, stub: this.#stub, flags1: 0 });
    if (this.single) this.#nextIndex = 1;
    if (this.single) this.#cut = this.#stub.length;
    else this.#push();
  }

  /** Nothing was heard for a while: what is queued goes again, a blast of it. */
  again(): void {
    if (this.single) {
      this.#send({ index: 0, stub: this.#stub, flags1: 0 });
      return;
    }
    this.#blast = 1;
    for (const piece of this.#pieces) piece.serial = -1;
    this.#push();
  }

  /** A fack, or the body of a nocall. */
  fack(inOrder: number, body: FackBody): void {
    if (body.version !== 1 || body.serial === null) throw new Error('a C706 runtime would have aborted on this fack');
    if (this.single) return;
    this.#pduSize = Math.max(INITIAL_PDU, Math.min(MAX_PDU, body.maxTsdu, body.maxFragSize)) & ~7;
    const stale = this.#fackSerial >= 0 && body.serial <= this.#fackSerial;
    if (stale) return;
    this.#fackSerial = body.serial;
    const next = (inOrder + 1) & 0xffff;
    this.#pieces = this.#pieces.filter(({ index, serial }) => {
      if (serial < 0) return true;
      if (index < next) return false;
      const bit = index - next;
      return (((body.selectiveAck[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 0;
    });
    for (const piece of this.#pieces) if (piece.serial < body.serial) piece.serial = -1;
    this.#window = body.windowSize <= 2 ? body.windowSize : Math.floor((body.windowSize * 1_024) / this.#pduSize);
    this.#blast = Math.min(MAX_BLAST, this.#blast + 1);
    this.#push();
  }

  /** The other side has all of it. */
  free(): void {
    this.#pieces = [];
    this.#cut = this.#stub.length;
  }

  #push(): void {
    const body = (this.#pduSize - HEADER) & ~7;
    const room = Math.min(this.#blast, this.#window);
    const chosen: Piece[] = this.#pieces.filter(({ serial }) => serial < 0).slice(0, room);
    while (chosen.length < room && this.#cut < this.#stub.length && this.#pieces.length < this.#window) {
      const stub = this.#stub.subarray(this.#cut, this.#cut + body);
      this.#cut += stub.length;
      const piece = { index: this.#nextIndex, stub, serial: -1 };
      this.#nextIndex += 1;
      this.#pieces.push(piece);
      chosen.push(piece);
    }
    chosen.forEach((piece, i) => {
      const last = this.#cut === this.#stub.length && piece === this.#pieces.at(-1);
      const asks = i === chosen.length - 1 && !last;
      const flags1 = FLAGS1.frag | (last ? FLAGS1.lastfrag | FLAGS1.nofack : asks ? 0 : FLAGS1.nofack);
      piece.serial = this.#send({ index: piece.index, stub: piece.stub, flags1 });
    });
  }
}

/** The receive queue. */
export class ReceiveQueue {
  readonly #pieces = new Map<number, Uint8Array>();
  #last: number | null = null;
  #highest = -1;

  /** What is complete; null: not yet. */
  take({ header, stub }: Request | Response): Uint8Array | null {
    const index = header.fragment;
    if (index >= this.#next() + MAX_QUEUED) return null;
    if (!this.#pieces.has(index)) this.#pieces.set(index, stub.slice());
    if (index >= this.#highest) {
      this.#highest = index;
      if ((header.flags1 & FLAGS1.lastfrag) !== 0) this.#last = index;
    }
    if (this.#last === null || this.#next() <= this.#last) return null;
    const parts = Array.from({ length: this.#last + 1 }, (_, i) => this.#pieces.get(i) ?? new Uint8Array(0));
    return Uint8Array.from(Buffer.concat(parts));
  }

  get inOrder(): number {
    return (this.#next() - 1) & 0xffff;
  }

  body(serial: number): FackBody {
    const next = this.#next();
    let mask = 0;
    for (let bit = 0; bit < 32; bit++) if (this.#pieces.has(next + bit)) mask |= 1 << bit;
    return {
      version: 1,
      windowSize: WINDOW_KB,
      maxTsdu: 49_152,
      maxFragSize: MAX_PDU,
      serial,
      selectiveAck: mask === 0 ? [] : [mask >>> 0],
    };
  }

  #next(): number {
    let next = 0;
    while (this.#pieces.has(next)) next += 1;
    return next;
  }
}
