import { invalidOption } from '../status/options.ts';
import { type Win32Symbol, win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';

/** Names of clusters and nodes are NetBIOS names, 15 characters ([MS-CMRP] 3.1.4.1). */
const LONGEST_NAME = 15;

/** A text stands for a name. */
export function named<T extends { readonly name: string }>(
  list: readonly (string | T)[],
): readonly (T | ({ readonly name: string } & Partial<T>))[] {
  return list.map((each) =>
    typeof each === 'string' ? ({ name: each } as { readonly name: string } & Partial<T>) : each,
  );
}

export function found<T>(objects: ReadonlyMap<string, T>, name: string, absent: Win32Symbol): T {
  const object = objects.get(name.toLowerCase());
  if (object === undefined) throw new Win32Error(win32Code(absent), `finding ${name}`);
  return object;
}

/** Throws LocalMisuseError for an empty name, or one that is there twice. */
export function byName<T extends { readonly name: string }>(list: readonly T[]): Map<string, T> {
  const objects = new Map<string, T>();
  for (const object of list) {
    const key = object.name.toLowerCase();
    if (key === '' || objects.has(key)) throw invalidOption(`${JSON.stringify(object.name)} is empty or given twice`);
    objects.set(key, object);
  }
  return objects;
}

export function checkName(name: string): void {
  if (name.length > 0 && name.length <= LONGEST_NAME && !/[\s.\\/:*?"<>|]/.test(name)) return;
  throw invalidOption(
    `${JSON.stringify(name)} is no name for a cluster or a node: 1 to ${LONGEST_NAME} characters without dots`,
  );
}
