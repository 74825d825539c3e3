import { describe, expect, test } from 'vitest';
import type { RandomAccess } from '../../src/bytes/random-access.ts';
import { openHive } from '../../src/hive/hive.ts';
import { findKey, subkeys, walkKeys } from '../../src/hive/keys.ts';
import { findValue, valueData, values } from '../../src/hive/values.ts';
import { buildHive, buildLog, dword, type KeySpec, multi, sealBaseBlock, sz, tree, WRITTEN } from './build-hive.ts';
import { data, open, readAll } from './read-all.ts';

const numbered = (count: number): KeySpec[] =>
  Array.from({ length: count }, (_, i) => ({ name: `key${i}`, values: [dword('n', i)] }));

/** A file that counts what is read of it. */
function counted(bytes: Buffer): { readonly file: RandomAccess; readonly read: { times: number; bytes: number } } {
  const read = { times: 0, bytes: 0 };
  const file: RandomAccess = {
    size: bytes.length,
    read: (offset, length) => {
      read.times += 1;
      read.bytes += Math.min(length, bytes.length - offset);
      return bytes.subarray(offset, offset + length);
    },
  };
  return { file, read };
}

describe('what a sound hive holds', () => {
  test.each(['li', 'lf', 'lh', 'ri'] as const)('2000 subkeys listed by %s are all found, in order', (list) => {
    const hive = open(buildHive({ name: 'root', keys: numbered(2000), list, leaf: 300 }));
    expect([...subkeys(hive, hive.root)].map((key) => key.name)).toEqual(numbered(2000).map((key) => key.name));
    expect(data(hive, 'KEY1999', 'N')?.readUInt32LE()).toBe(1999);
    expect(hive.warnings.list).toEqual([]);
    expect(hive.state).toBe('clean');
  });

  test.each([0, 1, 3, 4, 5, 16_344, 16_345, 40_000, 900_000])(
    'data of %d bytes come back byte for byte, as one cell or as segments',
    (size) => {
      const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255));
      for (const minor of [3, 5, 6]) {
        const hive = open(buildHive({ name: 'root', values: [{ name: 'v', type: 3, data: bytes }] }, { minor }));
        expect(data(hive, '', 'v')?.equals(bytes)).toBe(true);
        expect(hive.warnings.list).toEqual([]);
      }
    },
  );

  test('names are Latin-1 or UTF-16, the default value has none, and case does not matter beyond ASCII either', () => {
    const hive = open(
      buildHive({ name: 'root', values: [sz('', 'default'), sz('ÄÖ', 'latin'), sz('値Ω', 'wide'), sz('ß', 'eszett')] }),
    );
    expect([...values(hive, hive.root)].map((value) => value.name)).toEqual(['', 'ÄÖ', '値Ω', 'ß']);
    expect(findValue(hive, hive.root, 'äö')).not.toBeNull();
    expect(findValue(hive, hive.root, '値ω')).not.toBeNull();
    expect(findValue(hive, hive.root, 'SS')).toBeNull();
    expect(hive.root.lastWrittenMs).toBe(Number((WRITTEN - 116_444_736_000_000_000n) / 10_000n));
  });

  test('a path may begin and end with a backslash; a slash is a letter', () => {
    const hive = open(buildHive(tree({ 'a\\b/c\\d': [multi('m', ['x', 'y'])] })));
    expect(findKey(hive, '\\A\\B/C\\D\\')?.name).toBe('d');
    expect(findKey(hive, 'a\\b\\c')).toBeNull();
    expect([...walkKeys(hive)].map(({ path }) => path.join('\\'))).toEqual(['', 'a', 'a\\b/c', 'a\\b/c\\d']);
  });

  test('one value out of a large hive reads a small part of it', () => {
    const filler = Array.from({ length: 600 }, (_, i) => ({
      name: `f${i}`,
      values: [{ name: 'v', type: 3, data: Buffer.alloc(16_000) }],
    }));
    const bytes = buildHive({
      name: 'root',
      keys: [
        { name: 'heap', keys: filler },
        { name: 'wanted', values: [dword('v', 7)] },
      ],
      list: 'li',
    });
    const { file, read } = counted(bytes);
    const hive = openHive(file);
    const key = findKey(hive, 'wanted');
    const value = key === null ? null : findValue(hive, key, 'v');
    expect(value === null ? null : valueData(hive, value)).toEqual(Uint8Array.of(7, 0, 0, 0));
    expect(read.bytes).toBeLessThan(128 * 1024);
  });

  test.each(['li', 'lf', 'lh', 'ri'] as const)('of 20 000 subkeys in order, listed by %s, few are read', (list) => {
    const keys = Array.from({ length: 20_000 }, (_, i) => ({
      name: String(i).padStart(5, '0'),
      values: [dword('n', i)],
    }));
    const { file, read } = counted(buildHive({ name: 'root', keys, list, leaf: 500 }));
    const hive = openHive(file);
    expect(findKey(hive, '19998')?.name).toBe('19998');
    expect(read.times).toBeLessThan(250);
    expect(findKey(hive, '20000')).toBeNull();
    expect(hive.warnings.list).toEqual([]);
  });

  test('headers that a large value holds are none: what they would make a cell is refused', () => {
    const forged = Buffer.alloc(12_000);
    const hiveWith = (data: Buffer): Buffer =>
      buildHive({ name: 'root', keys: [{ name: 'a', values: [{ name: 'v', type: 3, data }] }, ...numbered(400)] });
    forged.fill('F');
    const page = Math.ceil((hiveWith(forged).indexOf('FFFF') - 4096) / 4096) * 4096;
    const bytes = hiveWith(forged);
    bytes.write('hbin', 4096 + page, 'latin1');
    bytes.writeUInt32LE(page, 4096 + page + 4);
    bytes.writeUInt32LE(4096, 4096 + page + 8);
    bytes.writeInt32LE(-4064, 4096 + page + 32);
    const hive = open(bytes);
    expect(() => hive.cells.cell(page + 32)).toThrow('a reference to a place where no allocated cell begins');
    expect(readAll(hive).size).toBe(readAll(open(hiveWith(forged))).size);
  });
});

describe('a hive that was not closed properly', () => {
  const before = buildHive(tree({ Select: [dword('Current', 1)], 'Software\\Rpc': [sz('Ports', 'old text')] }));
  const after = Buffer.from(before);
  const text = Buffer.from('old text', 'utf16le');
  Buffer.from('NEW TEXT', 'utf16le').copy(after, after.indexOf(text));
  const torn = Buffer.from(before);
  torn.writeUInt32LE(5, 4);
  torn.writeUInt32LE(4, 8);
  sealBaseBlock(torn);

  test('is read with a warning when no log is beside it', () => {
    const hive = open(torn);
    expect(hive.state).toBe('dirty');
    expect(hive.warnings.list.join()).toMatch(/sequence numbers 5 and 4/);
    expect(data(hive, 'Software\\Rpc', 'Ports')?.toString('utf16le')).toBe('old text\0');
  });

  test('gets the pages of its log laid over it', () => {
    const hive = open(torn, { 'SOFTWARE.LOG': buildLog(before, after, 4) });
    expect(hive.state).toBe('recovered');
    expect(data(hive, 'Software\\Rpc', 'Ports')?.toString('utf16le')).toBe('NEW TEXT\0');
    expect(hive.warnings.list.join()).toMatch(/1 pages of SOFTWARE.LOG/);
  });

  test('is recovered from its log when the base block itself is damaged', () => {
    const damaged = Buffer.from(torn);
    damaged.writeUInt32LE(0x12345678, 0x24);
    const hive = open(damaged, { 'SOFTWARE.LOG': buildLog(before, after, 4) });
    expect(data(hive, 'Software\\Rpc', 'Ports')?.toString('utf16le')).toBe('NEW TEXT\0');
  });

  test.each([
    ['all of it', (bytes: Buffer) => bytes.fill(0, 0, 4096)],
    ['its signature', (bytes: Buffer) => bytes.fill(0, 0, 4)],
    ['its version', (bytes: Buffer) => bytes.writeUInt32LE(77, 20)],
    ['its size of bins', (bytes: Buffer) => bytes.writeUInt32LE(0x1000, 0x28)],
    ['its root', (bytes: Buffer) => bytes.writeUInt32LE(0x28, 0x24)],
    ['its type', (bytes: Buffer) => bytes.writeUInt32LE(2, 0x1c)],
    ['its time', (bytes: Buffer) => bytes.writeBigUInt64LE(1n, 12)],
  ])('whose base block has lost %s has all its keys, and those of its log where one lies beside', (_, damage) => {
    const large = buildHive({ name: 'root', keys: numbered(5000), list: 'lf' });
    const changed = Buffer.from(large);
    changed.write('NEW_KEY', changed.indexOf('key4999'), 'latin1');
    const bad = Buffer.from(large);
    damage(bad);
    const alone = open(bad);
    expect(alone.state).toBe('dirty');
    expect([...subkeys(alone, alone.root)].map((key) => key.name)).toEqual(numbered(5000).map((key) => key.name));
    const recovered = open(bad, { LOG: buildLog(large, changed, 4) });
    expect(recovered.state).toBe('recovered');
    expect([...subkeys(recovered, recovered.root)].at(-1)?.name).toBe('NEW_KEY');
  });

  test('whose base block is bad takes no log that is older than its first bin', () => {
    const bad = Buffer.from(before);
    bad.fill(0, 0, 512);
    bad.writeBigUInt64LE(WRITTEN + 1n, 4096 + 20);
    expect(open(bad, { LOG: buildLog(before, after, 4) }).state).toBe('dirty');
  });

  test('ignores a log of another state, a torn log and an empty one, and says so', () => {
    const other = buildLog(before, after, 4);
    other.writeBigUInt64LE(WRITTEN + 1n, 12);
    sealBaseBlock(other);
    const cut = buildLog(before, after, 4).subarray(0, 1200);
    const hive = open(torn, { LOG1: other, LOG2: cut, LOG: Buffer.alloc(0) });
    expect(hive.state).toBe('dirty');
    expect(hive.warnings.list).toEqual([
      'LOG1 cannot be used: it belongs to another state of the hive',
      'LOG2 cannot be used: it ends before its last page',
      expect.stringMatching(/not closed properly/),
    ]);
  });

  test('a log of the new format is called by its name', () => {
    const log = buildLog(before, after, 4);
    log.write('HvLE', 512, 'latin1');
    expect(open(torn, { LOG1: log }).warnings.list[0]).toMatch(/HvLE/);
  });

  test('pages that would break a bin are left out', () => {
    const broken = Buffer.from(after);
    broken.write('xxxx', 4096, 'latin1');
    const hive = open(torn, { LOG: buildLog(before, broken, 4) });
    expect(data(hive, 'Select', 'Current')?.readUInt32LE()).toBe(1);
    expect(hive.warnings.list.join()).toMatch(/break a hive bin/);
  });

  test('a clean hive never looks at a log', () => {
    expect(data(open(before, { LOG: buildLog(before, after, 1) }), 'Software\\Rpc', 'Ports')?.toString('utf16le')).toBe(
      'old text\0',
    );
  });
});

describe('damage', () => {
  test.each([
    [Buffer.from('hello'), /offset 0x0: not a registry hive/],
    [Buffer.from('regfexport 20201007\n\nKey path: ROOT\n'.repeat(30)), /offset 0x14: not a registry hive, though/],
    [Buffer.from('regf'), /base block: 512 bytes wanted/],
    [buildHive({ name: 'r' }, { minor: 2 }), /version 1\.2; 1\.3 to 1\.6 can be read/],
    [buildHive({ name: 'r' }, { fileType: 1 }), /a registry transaction log/],
    [buildHive({ name: 'r' }).subarray(0, 5000), /ends before its first hive bin/],
  ])('a file that is no hive is refused with the place and the reason', (bytes, message) => {
    expect(() => open(bytes)).toThrow(message);
  });

  test('a key that lists its own ancestor ends the walk with a warning', () => {
    const bytes = buildHive(tree({ 'a\\b\\c': [] }));
    const a = bytes.indexOf('nk', bytes.indexOf('nk') + 4);
    const list = bytes.indexOf('lf\x01\0');
    bytes.writeUInt32LE(a - 4 - 4096, list + 4);
    const hive = open(bytes);
    expect([...walkKeys(hive)].length).toBeLessThan(5);
    expect(hive.warnings.list.join()).toMatch(/listed twice|another parent/);
  });

  test('an index root that lists itself is refused', () => {
    const bytes = buildHive({ name: 'root', keys: numbered(10), list: 'ri', leaf: 5 });
    const ri = bytes.indexOf('ri\x02\0');
    bytes.writeUInt32LE(ri - 4 - 4096, ri + 4);
    const hive = open(bytes);
    expect([...subkeys(hive, hive.root)].length).toBeLessThanOrEqual(10);
    expect(hive.warnings.list.join()).toMatch(/nested too deep|counts/);
  });

  test('a free cell, the middle of a cell and a huge count are refused, clamped and noted', () => {
    const bytes = buildHive({ name: 'root', values: [sz('v', 'some text')], keys: numbered(3) });
    const root = bytes.indexOf('nk');
    bytes.writeUInt32LE(0xffffffff, root + 20);
    bytes.writeUInt32LE(0x40000001, root + 36);
    const list = bytes.indexOf('lf');
    bytes.writeUInt32LE(bytes.readUInt32LE(list + 4) + 8, list + 4);
    const hive = open(bytes);
    expect([...subkeys(hive, hive.root)].map((key) => key.name)).toEqual(['key1', 'key2']);
    expect([...values(hive, hive.root)].map((value) => value.name)).toEqual(['v']);
    expect(hive.warnings.list.join()).toMatch(/no allocated cell begins/);
    expect(hive.warnings.list.join()).toMatch(/1073741825 values/);
  });

  test('a lost bin costs only what lies in it', () => {
    const keys = numbered(400);
    const bytes = buildHive({ name: 'root', keys, list: 'li' });
    bytes.fill(0, 4096 + 3 * 4096, 4096 + 4 * 4096);
    const found = readAll(open(bytes));
    expect(found.size).toBeGreaterThan(400);
    expect(found.size).toBeLessThan(801);
  });

  test('big data whose segment list is short are given as far as they go', () => {
    const bytes = buildHive(
      { name: 'root', values: [{ name: 'v', type: 3, data: Buffer.alloc(40_000, 7) }] },
      { minor: 5 },
    );
    const db = bytes.indexOf('db\x03\0');
    bytes.writeUInt16LE(65_535, db + 2);
    const value = bytes.indexOf('vk');
    bytes.writeUInt32LE(0x7fffffff, value + 4);
    const hive = open(bytes);
    expect(data(hive, '', 'v')?.length).toBeLessThan(70_000);
    expect(hive.warnings.list.join()).toMatch(/of 2147483647 bytes of large data/);
  });
});
