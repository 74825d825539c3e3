import { memoryAccess } from '../../src/bytes/random-access.ts';
import { type Hive, openHive } from '../../src/hive/hive.ts';
import { findKey, walkKeys } from '../../src/hive/keys.ts';
import { findValue, valueData, values } from '../../src/hive/values.ts';

export function open(bytes: Uint8Array, logs: Readonly<Record<string, Uint8Array>> = {}): Hive {
  return openHive(
    memoryAccess(bytes),
    Object.entries(logs).map(([name, log]) => ({ name, file: memoryAccess(log) })),
  );
}

/** Every value of a hive as `path\name` → type and data. */
export function readAll(hive: Hive): Map<string, { type: number; data: Buffer }> {
  const all = new Map<string, { type: number; data: Buffer }>();
  for (const { path, key } of walkKeys(hive)) {
    all.set(`${path.join('\\')}\\`, { type: -1, data: Buffer.alloc(0) });
    for (const value of values(hive, key)) {
      all.set([...path, `=${value.name}`].join('\\'), { type: value.type, data: Buffer.from(valueData(hive, value)) });
    }
  }
  return all;
}

export function data(hive: Hive, path: string, name: string): Buffer | null {
  const key = findKey(hive, path);
  const value = key === null ? null : findValue(hive, key, name);
  return value === null ? null : Buffer.from(valueData(hive, value));
}
