/** A small hive writer for tests that shares nothing with the reader; it makes what no tool at hand makes: ri, li, lf, db, logs. */
export interface KeySpec {
  readonly name: string;
  readonly values?: readonly ValueSpec[];
  readonly keys?: readonly KeySpec[];
  /** How the subkeys are listed; `ri` splits them over lists of `leaf` elements. */
  readonly list?: 'li' | 'lf' | 'lh' | 'ri';
  readonly leaf?: number;
}

export interface ValueSpec {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
}

export interface HiveOptions {
  readonly minor?: number;
  readonly sequences?: readonly [number, number];
  readonly fileType?: number;
}

export const WRITTEN = 126_924_999_600_000_000n;
const NONE = 0xffffffff;
const SEGMENT = 16_344;

export function sz(name: string, text: string): ValueSpec {
  return { name, type: 1, data: Buffer.from(`${text}\0`, 'utf16le') };
}

export function dword(name: string, value: number): ValueSpec {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value);
  return { name, type: 4, data };
}

export function multi(name: string, texts: readonly string[]): ValueSpec {
  return { name, type: 7, data: Buffer.from([...texts.map((text) => `${text}\0`), '\0'].join(''), 'utf16le') };
}

/** Nested keys out of paths: `{'Select': [dword('Current', 1)]}`. */
export function tree(paths: Readonly<Record<string, readonly ValueSpec[]>>): KeySpec {
  interface Branch {
    values: readonly ValueSpec[];
    readonly keys: Map<string, Branch>;
  }
  const root: Branch = { values: [], keys: new Map() };
  for (const [path, values] of Object.entries(paths)) {
    let branch = root;
    for (const part of path === '' ? [] : path.split('\\')) {
      const next = branch.keys.get(part) ?? { values: [], keys: new Map() };
      branch.keys.set(part, next);
      branch = next;
    }
    branch.values = values;
  }
  const spec = (name: string, branch: Branch): KeySpec => ({
    name,
    values: branch.values,
    keys: [...branch.keys].map(([child, below]) => spec(child, below)),
  });
  return spec('$$$PROTO.HIV', root);
}

export function buildHive(root: KeySpec, options: HiveOptions = {}): Buffer {
  const { minor = 3, sequences = [1, 1], fileType = 0 } = options;
  const store = cellStore();
  const rootOffset = writeKey(store, root, NONE, true, minor);
  const bins = store.finish();
  return Buffer.concat([baseBlock(bins.length, rootOffset, minor, sequences, fileType), bins]);
}

/** A log of the old format with the pages in which `after` differs from `before`. */
export function buildLog(before: Buffer, after: Buffer, sequence: number): Buffer {
  const count = (after.length - 4096) / 512;
  const bitmap = Buffer.alloc(Math.ceil((4 + count / 8) / 512) * 512);
  bitmap.write('DIRT', 0, 'latin1');
  const pages: Buffer[] = [];
  for (let page = 0; page < count; page++) {
    const at = 4096 + page * 512;
    const bytes = after.subarray(at, at + 512);
    if (bytes.equals(before.subarray(at, at + 512))) continue;
    bitmap[4 + (page >> 3)] = (bitmap[4 + (page >> 3)] as number) | (1 << (page & 7));
    pages.push(bytes);
  }
  const head = baseBlock(
    after.length - 4096,
    after.readUInt32LE(0x24),
    after.readUInt32LE(0x18),
    [sequence, sequence],
    2,
  );
  return Buffer.concat([head.subarray(0, 512), bitmap, ...pages]);
}

export function sealBaseBlock(file: Buffer): void {
  let sum = 0;
  for (let at = 0; at < 508; at += 4) sum = (sum ^ file.readUInt32LE(at)) >>> 0;
  file.writeUInt32LE(sum === 0 ? 1 : sum === NONE ? NONE - 1 : sum, 508);
}

function baseBlock(
  binsSize: number,
  root: number,
  minor: number,
  sequences: readonly [number, number],
  type: number,
): Buffer {
  const block = Buffer.alloc(4096);
  block.write('regf', 0, 'latin1');
  for (const [at, value] of [
    [4, sequences[0]],
    [8, sequences[1]],
    [20, 1],
    [24, minor],
    [28, type],
    [32, 1],
    [36, root],
    [40, binsSize],
    [44, 1],
  ] as const) {
    block.writeUInt32LE(value, at);
  }
  block.writeBigUInt64LE(WRITTEN, 12);
  sealBaseBlock(block);
  return block;
}

interface CellStore {
  put(payload: Buffer): number;
  /** The payload of a cell again, to fill in what was not known. */
  patch(offset: number, at: number, value: number): void;
  finish(): Buffer;
}

/** Fills bins of 4096 bytes, larger for larger cells, and closes each with one free cell. */
function cellStore(): CellStore {
  const bins: Buffer[] = [];
  const binAt = new Map<number, Buffer>();
  let total = 0;
  let used = 0;
  const current = (): Buffer => bins[bins.length - 1] as Buffer;
  const close = (): void => {
    if (bins.length > 0 && used < current().length) current().writeInt32LE(current().length - used, used);
  };
  const open = (need: number): void => {
    close();
    const size = Math.ceil((need + 32) / 4096) * 4096;
    const bin = Buffer.alloc(size);
    bin.write('hbin', 0, 'latin1');
    bin.writeUInt32LE(total, 4);
    bin.writeUInt32LE(size, 8);
    bin.writeBigUInt64LE(WRITTEN, 20);
    bins.push(bin);
    for (let page = 0; page < size; page += 4096) binAt.set(total + page, bin);
    total += size;
    used = 32;
  };
  return {
    put(payload) {
      const size = Math.ceil((payload.length + 4) / 8) * 8;
      if (bins.length === 0 || used + size > current().length) open(size);
      current().writeInt32LE(-size, used);
      payload.copy(current(), used + 4);
      used += size;
      return total - current().length + used - size;
    },
    patch(offset, at, value) {
      const bin = binAt.get(offset - (offset % 4096));
      bin?.writeUInt32LE(value, offset - bin.readUInt32LE(4) + 4 + at);
    },
    finish() {
      close();
      return Buffer.concat(bins);
    },
  };
}

function writeKey(store: CellStore, spec: KeySpec, parent: number, isRoot: boolean, minor: number): number {
  const { latin, bytes } = encodeName(spec.name);
  const node = Buffer.alloc(76 + bytes.length);
  node.write('nk', 0, 'latin1');
  node.writeUInt16LE((isRoot ? 0x2c : 0) | (latin ? 0x20 : 0), 2);
  node.writeBigUInt64LE(WRITTEN, 4);
  node.writeUInt32LE(parent === NONE ? 0 : parent, 16);
  for (const at of [28, 32, 40, 44, 48]) node.writeUInt32LE(NONE, at);
  node.writeUInt16LE(bytes.length, 72);
  bytes.copy(node, 76);
  const offset = store.put(node);
  const keys = spec.keys ?? [];
  const children = keys.map((key) => ({ name: key.name, offset: writeKey(store, key, offset, false, minor) }));
  if (children.length > 0) {
    store.patch(offset, 20, children.length);
    store.patch(offset, 28, writeList(store, spec, children));
  }
  const values = (spec.values ?? []).map((value) => writeValue(store, value, minor));
  if (values.length > 0) {
    store.patch(offset, 36, values.length);
    store.patch(offset, 40, store.put(words(values)));
  }
  return offset;
}

function writeList(store: CellStore, spec: KeySpec, children: readonly { name: string; offset: number }[]): number {
  const kind = spec.list ?? 'lf';
  if (kind === 'ri') {
    const leaf = spec.leaf ?? 500;
    const leaves: number[] = [];
    for (let i = 0; i < children.length; i += leaf) {
      leaves.push(writeList(store, { ...spec, list: 'li' }, children.slice(i, i + leaf)));
    }
    return store.put(Buffer.concat([listHead('ri', leaves.length), words(leaves)]));
  }
  const elements = children.map(({ name, offset }) => {
    if (kind === 'li') return words([offset]);
    const hint = kind === 'lh' ? hash(name) : Buffer.from(name.slice(0, 4).padEnd(4, '\0'), 'latin1').readUInt32LE(0);
    return words([offset, hint]);
  });
  return store.put(Buffer.concat([listHead(kind, children.length), ...elements]));
}

function writeValue(store: CellStore, { name, type, data }: ValueSpec, minor: number): number {
  const { latin, bytes } = encodeName(name);
  const value = Buffer.alloc(20 + bytes.length);
  value.write('vk', 0, 'latin1');
  value.writeUInt16LE(bytes.length, 2);
  value.writeUInt32LE(type, 12);
  value.writeUInt16LE(latin && name !== '' ? 1 : 0, 16);
  bytes.copy(value, 20);
  if (data.length <= 4) {
    value.writeUInt32LE(data.length === 0 ? 0 : 0x80000000 + data.length, 4);
    if (data.length === 0) value.writeUInt32LE(NONE, 8);
    value.set(data, 8);
  } else {
    value.writeUInt32LE(data.length, 4);
    value.writeUInt32LE(writeData(store, Buffer.from(data), minor), 8);
  }
  return store.put(value);
}

function writeData(store: CellStore, data: Buffer, minor: number): number {
  if (data.length <= SEGMENT || minor < 4) return store.put(data);
  const segments: number[] = [];
  for (let at = 0; at < data.length; at += SEGMENT) {
    // Windows gives the last segment a full cell too.
    const segment = Buffer.alloc(SEGMENT + 4, 0xee);
    data.copy(segment, 0, at, at + SEGMENT);
    segments.push(store.put(segment));
  }
  return store.put(Buffer.concat([listHead('db', segments.length), words([store.put(words(segments)), 0])]));
}

function listHead(signature: string, count: number): Buffer {
  const head = Buffer.from(`${signature}\0\0`, 'latin1');
  head.writeUInt16LE(count, 2);
  return head;
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, i * 4);
  return bytes;
}

function encodeName(name: string): { latin: boolean; bytes: Buffer } {
  const latin = [...name].every((character) => character <= 'ÿ');
  return { latin, bytes: Buffer.from(name, latin ? 'latin1' : 'utf16le') };
}

function hash(name: string): number {
  let sum = 0;
  for (const character of name.toUpperCase()) sum = (Math.imul(sum, 37) + character.charCodeAt(0)) >>> 0;
  return sum;
}
