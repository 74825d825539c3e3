import type { Writable } from 'node:stream';
import { terminalText } from './terminal-text.ts';

export type OutputMode = 'text' | 'json' | 'ndjson';

/** stdout of a command: data, and nothing but data. */
export class Output {
  readonly mode: OutputMode;
  readonly #stream: Writable;

  readonly #colored: boolean;
  readonly #worded: (text: string) => string;

  /** `worded`: how text of the library is put for somebody who typed a command. */
  constructor(stream: Writable, mode: OutputMode, colored = false, worded = (text: string) => text) {
    this.#stream = stream;
    this.mode = mode;
    this.#colored = colored;
    this.#worded = worded;
  }

  /** The one result of a command: a document, or the text that says the same. */
  document(value: object, text: () => string): void {
    if (this.mode === 'text') this.text(text());
    else this.#stream.write(`${JSON.stringify(value, null, this.mode === 'json' ? 2 : 0)}\n`);
  }

  /** One of several results: a line with `--ndjson`, its text for people, nothing with `--json` (the document has it). */
  item(value: object, text?: () => string): void {
    if (this.mode === 'ndjson') this.event(value);
    else if (this.mode === 'text' && text !== undefined) this.text(text());
  }

  /** One JSON line whatever the mode: what another program waits for. */
  event(value: object): void {
    this.#stream.write(`${JSON.stringify(value)}\n`);
  }

  /** Text for people; only in text mode. */
  text(text: string): void {
    if (this.mode === 'text' && text !== '')
      this.#stream.write(terminalText(this.#worded(text.endsWith('\n') ? text : `${text}\n`), this.#colored));
  }
}
