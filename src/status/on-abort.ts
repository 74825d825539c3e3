import { setMaxListeners } from 'node:events';

/**
 * Calls `run` once when the signal aborts; answers how to stop that. As many as wait for one signal may do so: Node.js takes more
 * than ten listeners for a leak, and these go when their work has ended.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined) return () => {};
  setMaxListeners(0, signal);
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
