import { type ChildProcess, fork } from 'node:child_process';
import { clearTimeout, setTimeout } from '../transport/timers.ts';
import { errorOf, type FromProcess, type ToProcess } from './pool-protocol.ts';

/** A call of a pool on its way. */
export interface PoolCall {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
  /** Whether it may be executed twice. */
  readonly idempotent: boolean;
  readonly signal: AbortSignal | undefined;
  /** Once. */
  settle(result: { readonly value: unknown } | { readonly error: unknown }): void;
}

export interface PoolProcessEvents {
  readonly onReady: () => void;
  /** A call was answered; `opens`: opens of clusters that have ended in the process so far. */
  readonly onAnswer: (opens: number) => void;
  /** The module cannot be loaded. */
  readonly onUnusable: (error: Error) => void;
  /** It has ended, whether it was told to or not, with these calls unanswered. */
  readonly onEnd: (left: readonly { readonly call: PoolCall; readonly begun: boolean }[], how: string) => void;
}

export interface PoolProcessOptions {
  /** URL of the module with the functions. */
  readonly module: string;
  readonly execArgv: readonly string[] | undefined;
  readonly env: NodeJS.ProcessEnv | undefined;
  /** ms that a process has for its end, before it is killed. */
  readonly endTimeout: number;
}

/** The pool's end of one child process. */
export class PoolProcess {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #events: PoolProcessEvents;
  readonly #endTimeout: number;
  readonly #calls = new Map<number, { readonly call: PoolCall; begun: boolean }>();
  #isReady = false;
  /** As it said last. */
  #opens = 0;

  constructor(options: PoolProcessOptions, events: PoolProcessEvents) {
    this.#events = events;
    this.#endTimeout = options.endTimeout;
    const file = import.meta.url.endsWith('.ts') ? './pool-child.ts' : './pool-child.js';
    this.#child = fork(new URL(file, import.meta.url), [], {
      serialization: 'advanced',
      env: { ...(options.env ?? process.env), CLUSRPC_POOL_MODULE: options.module },
      ...(options.execArgv && { execArgv: [...options.execArgv] }),
    });
    this.#child.on('message', (message: FromProcess) => this.#heard(message));
    this.ended = this.#end().then((how) => events.onEnd([...this.#calls.values()], how));
    this.hold(true);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get calls(): number {
    return this.#calls.size;
  }

  /** Whether it keeps this process alive. */
  hold(on: boolean): void {
    if (on) this.#child.ref();
    else this.#child.unref();
    if (on) this.#child.channel?.ref();
    else this.#child.channel?.unref();
  }

  send(call: PoolCall): void {
    this.#calls.set(call.id, { call, begun: false });
    if (this.#isReady) this.#tellCall(call);
  }

  abort(id: number): void {
    if (this.#calls.has(id)) this.#tell({ type: 'abort', id });
  }

  /** Lets the module close what it holds, and kills the process if that takes too long. */
  end(): void {
    this.#tell({ type: 'end' });
    const timer = setTimeout(() => this.kill(), this.#endTimeout).unref();
    this.ended.finally(() => clearTimeout(timer)).catch(() => {});
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #heard(message: FromProcess): void {
    if (message.type === 'ready') {
      this.#isReady = true;
      for (const { call } of this.#calls.values()) this.#tellCall(call);
      this.#events.onReady();
    } else if (message.type === 'unusable') this.#events.onUnusable(errorOf(message.error));
    else this.#answered(message);
  }

  #answered(message: Exclude<FromProcess, { type: 'ready' | 'unusable' }>): void {
    const entry = this.#calls.get(message.id);
    if (entry === undefined) return;
    if (message.type === 'begun') {
      entry.begun = true;
      return;
    }
    this.#opens = message.opens;
    this.#answer(entry.call, message.type === 'done' ? { value: message.value } : { error: errorOf(message.error) });
  }

  #answer(call: PoolCall, result: Parameters<PoolCall['settle']>[0]): void {
    this.#calls.delete(call.id);
    call.settle(result);
    this.#events.onAnswer(this.#opens);
  }

  /** An argument that cannot cross processes is the caller's mistake, and no reason to end anything. */
  #tellCall(call: PoolCall): void {
    const { id, name, argument, signal } = call;
    if (signal?.aborted === true) return this.#answer(call, { error: signal.reason });
    try {
      this.#tell({ type: 'call', id, name, argument });
    } catch (error) {
      this.#answer(call, { error });
    }
  }

  #tell(message: ToProcess): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** When the system says so, and all that it had said was read; answers how. */
  async #end(): Promise<string> {
    const child = this.#child;
    return new Promise((resolve) => {
      let how: string | null = null;
      let isRead = false;
      const done = () => {
        if (how !== null && isRead) resolve(how);
      };
      child.once('error', (error) => {
        if (child.pid === undefined) resolve(error.message);
      });
      child.once('exit', (code, signal) => {
        how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        done();
      });
      child.once('disconnect', () => {
        isRead = true;
        done();
      });
    });
  }
}
