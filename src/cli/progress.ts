import type { Writable } from 'node:stream';
import { MultiBar, type SingleBar } from 'cli-progress';
import { terminalText } from './terminal-text.ts';

/** Shows how far a long run is, on stderr. Whatever else goes there while it runs must go through `line`. */
export interface Progress {
  /** Begins anew; `total` null: nobody knows. */
  start(label: string, total: number | null): void;
  /** `below`: lines under the bar of a terminal, asked for when it is drawn; elsewhere nobody sees them. */
  update(done: number, detail?: string, below?: () => readonly string[]): void;
  stop(): void;
  /** A line of its own that does not tear the bar. */
  line(text: string): void;
}

/** A stream that may be a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export type ProgressKind = 'bar' | 'plain' | 'silent';

export function createProgress(kind: ProgressKind, stream: TerminalStream, now: () => number = Date.now): Progress {
  if (kind === 'bar') return new BarProgress(stream, now);
  return kind === 'plain' ? new PlainProgress(stream, now) : new SilentProgress(stream);
}

/** ms between two drawings of the bar: a loop that never yields still shows it. */
const REDRAW_EVERY = 100;
/** ms between two lines off a terminal. */
const LINE_EVERY = 5000;

class SilentProgress implements Progress {
  readonly #stream: TerminalStream;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  start(): void {}
  update(): void {}
  stop(): void {}

  line(text: string): void {
    this.#stream.write(`${terminalText(text, this.#stream.isTTY === true)}\n`);
  }
}

class PlainProgress implements Progress {
  readonly #stream: TerminalStream;
  readonly #now: () => number;
  #label = '';
  #total: number | null = null;
  #last = 0;

  constructor(stream: TerminalStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  start(label: string, total: number | null): void {
    this.#label = label;
    this.#total = total;
    this.#last = this.#now();
  }

  update(done: number, detail = ''): void {
    if (this.#now() - this.#last < LINE_EVERY) return;
    this.#last = this.#now();
    const of = this.#total === null ? '' : ` of ${this.#total} (${Math.floor((100 * done) / this.#total)} %)`;
    this.line([`${this.#label}: ${done}${of}`, detail].filter((part) => part !== '').join(', '));
  }

  stop(): void {}

  line(text: string): void {
    this.#stream.write(`${terminalText(text, this.#stream.isTTY === true)}\n`);
  }
}

class BarProgress implements Progress {
  readonly #stream: TerminalStream;
  readonly #now: () => number;
  #bars: MultiBar | null = null;
  #bar: SingleBar | null = null;
  #below: () => readonly string[] = () => [];
  #belowBars: SingleBar[] = [];
  #drawn = 0;

  constructor(stream: TerminalStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  start(label: string, total: number | null): void {
    this.stop();
    const format =
      total === null ? '{label} {value} {detail}' : '{label} {bar} {percentage} % {value}/{total} {detail}';
    this.#bars = new MultiBar({
      format,
      // The types ask for a stream of the process, of which only what every terminal stream has is used.
      stream: this.#stream as NodeJS.WritableStream,
      hideCursor: true,
      // Lines of the log wrap at the edge like all others; the bar itself is cut there.
      linewrap: true,
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      clearOnComplete: true,
      // Else a line of the log takes away a bar that has not moved since.
      forceRedraw: true,
      gracefulExit: false,
    });
    this.#bar = this.#bars.create(total ?? 0, 0, { label: terminalText(label), detail: '' });
    this.#draw();
  }

  update(done: number, detail = '', below: () => readonly string[] = () => []): void {
    this.#below = below;
    this.#bar?.update(done, { detail: terminalText(detail) });
    if (this.#now() - this.#drawn >= REDRAW_EVERY) this.#draw();
  }

  stop(): void {
    this.#bars?.stop();
    this.#bars = null;
    this.#bar = null;
    this.#below = () => [];
    this.#belowBars = [];
  }

  line(text: string): void {
    if (this.#bars === null) {
      this.#stream.write(`${terminalText(text, this.#stream.isTTY === true)}\n`);
      return;
    }
    this.#bars.log(`${terminalText(text, this.#stream.isTTY === true)}\n`);
    this.#draw();
  }

  #draw(): void {
    this.#drawn = this.#now();
    this.#drawBelow();
    this.#bars?.update();
  }

  /** Each line is a bar of its own that shows nothing but text; once there it stays, so that the block does not jump. */
  #drawBelow(): void {
    const bars = this.#bars;
    if (bars === null) return;
    for (const [index, line] of this.#below().entries()) {
      this.#belowBars[index] ??= bars.create(1, 0, { line: '' }, { format: '{line}' });
      this.#belowBars[index].update(0, { line: terminalText(line) });
    }
  }
}
