import { onAbort } from '../../status/on-abort.ts';
import { win32Code } from '../../status/win32.ts';
import { Win32Error } from '../../status/win32-error.ts';
import type { ModelChange, ModelChanges } from '../model-changes.ts';

/** What a client wants to hear of. */
export interface Registration {
  /** Null: of everything in the cluster. */
  readonly object: { readonly kind: string; readonly name: string } | null;
  readonly filter: number;
  readonly notifyKey: number;
  /** Only of changes after that one. */
  readonly since: number;
}

export interface NotifyEvent {
  readonly notifyKey: number;
  readonly change: ModelChange;
}

/** More than a cluster has objects; each costs memory. */
const MOST_REGISTRATIONS = 10_000;

/** A notification port: a place in the changes of a model for each registration, and the calls that wait for the next one. */
export class NotifyPort {
  readonly #changes: ModelChanges;
  readonly #registrations: { readonly of: Registration; seen: number }[] = [];
  readonly #waits = new Set<() => void>();

  constructor(changes: ModelChanges) {
    this.#changes = changes;
  }

  /** Throws Win32Error ERROR_NOT_ENOUGH_MEMORY. */
  add(registration: Registration): void {
    if (this.#registrations.length === MOST_REGISTRATIONS) {
      throw new Win32Error(win32Code('ERROR_NOT_ENOUGH_MEMORY'), 'adding to a notification port');
    }
    this.#registrations.push({ of: registration, seen: registration.since });
  }

  /** The next event; waits for one. Null: the wait was given up, or aborted. */
  async next(signal: AbortSignal): Promise<NotifyEvent | null> {
    for (;;) {
      const event = this.#take();
      if (event !== null || signal.aborted) return event;
      if (!(await this.#changed(signal))) return null;
    }
  }

  /** Gives up every wait. */
  unblock(): void {
    for (const giveUp of this.#waits) giveUp();
  }

  #take(): NotifyEvent | null {
    let first: {
      readonly registration: { readonly of: Registration; seen: number };
      readonly change: ModelChange;
    } | null = null;
    for (const registration of this.#registrations) {
      const change = this.#changes.after(registration.seen).find((each) => concerns(registration.of, each));
      if (change !== undefined && (first === null || change.sequence < first.change.sequence)) {
        first = { registration, change };
      }
    }
    if (first === null) return null;
    first.registration.seen = first.change.sequence;
    return { notifyKey: first.registration.of.notifyKey, change: first.change };
  }

  /** False: given up. */
  #changed(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (changed: boolean) => {
        forget();
        this.#waits.delete(giveUp);
        stop();
        resolve(changed);
      };
      const giveUp = () => end(false);
      const forget = this.#changes.onNext(() => end(true));
      this.#waits.add(giveUp);
      const stop = onAbort(signal, giveUp);
    });
  }
}

function concerns({ object, filter }: Registration, change: ModelChange): boolean {
  if ((change.filter & filter) === 0) return false;
  return object === null || (object.kind === change.kind && object.name === change.name);
}
