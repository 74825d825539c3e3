import { type Uuid, uuidKey } from '../bytes/uuid.ts';
import { type ContextHandle, contextHandleKey, isNilContextHandle } from '../ndr/context-handle.ts';

/** A client that nobody asked who it is: its calls are idempotent. */
const ANONYMOUS = 'anonymous';

/**
 * What a server keeps behind its context handles. A handle belongs to the client process that got it, and is void when
 * that process has been silent for too long ([MS-RPCE] 3.2.3.1.6). Beyond `limit` a process loses its oldest.
 */
export class ContextHandles<T> {
  readonly #newUuid: () => Uuid;
  readonly #limit: number;
  readonly #clients = new Map<string, Map<string, T>>();

  constructor(newUuid: () => Uuid, limit = 65_536) {
    this.#newUuid = newUuid;
    this.#limit = limit;
  }

  get size(): number {
    let sum = 0;
    for (const handles of this.#clients.values()) sum += handles.size;
    return sum;
  }

  /** A new handle of that process for `value`; null: a client that nobody asked who it is. */
  add(client: Uuid | null, value: T): ContextHandle {
    const key = clientKey(client);
    const handles = this.#clients.get(key) ?? new Map<string, T>();
    this.#clients.set(key, handles);
    const handle = { attributes: 0, uuid: this.#newUuid() };
    handles.set(contextHandleKey(handle), value);
    if (handles.size > this.#limit) handles.delete(handles.keys().next().value as string);
    return handle;
  }

  /** Undefined for a handle that is nil, closed, or another process's. */
  find(client: Uuid | null, handle: ContextHandle): T | undefined {
    if (isNilContextHandle(handle)) return undefined;
    return this.#clients.get(clientKey(client))?.get(contextHandleKey(handle));
  }

  /** False for a handle that `find` does not know. */
  remove(client: Uuid | null, handle: ContextHandle): boolean {
    const key = clientKey(client);
    const handles = this.#clients.get(key);
    const removed = handles?.delete(contextHandleKey(handle)) ?? false;
    if (handles?.size === 0) this.#clients.delete(key);
    return removed;
  }

  /** The process is gone, and everything it held; answers how many handles that were. */
  rundown(client: Uuid): number {
    const key = clientKey(client);
    const count = this.#clients.get(key)?.size ?? 0;
    this.#clients.delete(key);
    return count;
  }

  /** Forgets every handle of every process. */
  clear(): void {
    this.#clients.clear();
  }
}

function clientKey(client: Uuid | null): string {
  return client === null ? ANONYMOUS : uuidKey(client);
}
