/** Bytes in use; exact where the process lets its garbage be collected on demand. */
export function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
