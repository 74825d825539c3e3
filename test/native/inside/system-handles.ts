import { createRequire } from 'node:module';

interface Library {
  func(declaration: string): (...values: unknown[]) => number;
}

const koffi = createRequire(import.meta.url)('koffi') as { load(file: string): Library };
const SYSTEM_PROCESS_INFORMATION = 5;
const STATUS_INFO_LENGTH_MISMATCH = 0xc000_0004;
// SYSTEM_PROCESS_INFORMATION of a 64-bit system.
const NEXT_ENTRY = 0;
const PROCESS_ID = 80;
const HANDLE_COUNT = 96;

const query = koffi
  .load('ntdll.dll')
  .func('uint32_t __stdcall NtQuerySystemInformation(uint32_t, void *, uint32_t, void *)');

/** Handles of this process as the system counts them; GetProcessHandleCount of Wine always says 0. */
export function handleCount(): number {
  let buffer = Buffer.alloc(1 << 18);
  const size = Buffer.alloc(4);
  while (query(SYSTEM_PROCESS_INFORMATION, buffer, buffer.length, size) === STATUS_INFO_LENGTH_MISMATCH) {
    buffer = Buffer.alloc(2 * buffer.length);
  }
  for (let offset = 0; ; ) {
    if (buffer.readBigUInt64LE(offset + PROCESS_ID) === BigInt(process.pid)) {
      return buffer.readUInt32LE(offset + HANDLE_COUNT);
    }
    const next = buffer.readUInt32LE(offset + NEXT_ENTRY);
    if (next === 0) throw new Error('this process is not in the list of processes');
    offset += next;
  }
}

/** Makes events that nobody closes: what a leak of the addon would look like. */
export function leakHandles(count: number): void {
  const create = koffi.load('kernel32.dll').func('intptr_t __stdcall CreateEventW(void *, int, int, void *)');
  for (let i = 0; i < count; i++) create(null, 0, 0, null);
}
