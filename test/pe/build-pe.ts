/** A small PE builder for tests that shares nothing with the reader: one .rsrc section, one version resource. */
export interface PeOptions {
  readonly version: readonly [number, number, number, number];
  readonly plus?: boolean;
  readonly strings?: Readonly<Record<string, string>>;
  readonly language?: number;
  readonly timeDateStamp?: number;
  /** Bytes before the section's data, as if code came first. */
  readonly resourceOffset?: number;
}

const RSRC_RVA = 0x3000;

export function buildPe(options: PeOptions): Buffer {
  const { plus = false, resourceOffset = 0x400 } = options;
  const version = buildVersionInfo(options);
  const tree = Buffer.alloc(0x60);
  for (const [level, id, target] of [
    [0x00, 16, 0x80000018],
    [0x18, 1, 0x80000030],
    [0x30, options.language ?? 0x409, 0x48],
  ] as const) {
    tree.writeUInt16LE(1, level + 14);
    tree.writeUInt32LE(id, level + 16);
    tree.writeUInt32LE(target, level + 20);
  }
  tree.writeUInt32LE(RSRC_RVA + 0x60, 0x48);
  tree.writeUInt32LE(version.length, 0x4c);
  tree.writeUInt32LE(1252, 0x50);
  const section = Buffer.concat([tree, version]);
  const optionalSize = plus ? 240 : 224;
  const file = Buffer.alloc(resourceOffset + section.length);
  file.write('MZ', 0, 'latin1');
  file.writeUInt32LE(0x80, 0x3c);
  file.write('PE\0\0', 0x80, 'latin1');
  file.writeUInt16LE(plus ? 0x8664 : 0x14c, 0x84);
  file.writeUInt16LE(1, 0x86);
  file.writeUInt32LE(options.timeDateStamp ?? 0x3e778ee8, 0x88);
  file.writeUInt16LE(optionalSize, 0x94);
  file.writeUInt16LE(plus ? 0x20b : 0x10b, 0x98);
  file.writeUInt32LE(resourceOffset, 0x98 + 60);
  const directories = 0x98 + (plus ? 112 : 96);
  file.writeUInt32LE(16, directories - 4);
  file.writeUInt32LE(RSRC_RVA, directories + 16);
  file.writeUInt32LE(section.length, directories + 20);
  const header = 0x98 + optionalSize;
  file.write('.rsrc', header, 'latin1');
  file.writeUInt32LE(section.length, header + 8);
  file.writeUInt32LE(RSRC_RVA, header + 12);
  file.writeUInt32LE(section.length, header + 16);
  file.writeUInt32LE(resourceOffset, header + 20);
  section.copy(file, resourceOffset);
  return file;
}

function buildVersionInfo({ version, strings = {}, language = 0x409 }: PeOptions): Buffer {
  const fixed = Buffer.alloc(52);
  const [major, minor, build, revision] = version;
  const high = major * 65536 + minor;
  const low = build * 65536 + revision;
  for (const [i, word] of [0xfeef04bd, 0x10000, high, low, high, low, 0x3f, 0, 0x40004, 2].entries()) {
    fixed.writeUInt32LE(word, i * 4);
  }
  const table = Object.entries(strings).map(([key, text]) =>
    node(key, 1, Buffer.from(`${text}\0`, 'utf16le'), text.length + 1, []),
  );
  const key = `${language.toString(16).padStart(4, '0')}04b0`;
  const pair = Buffer.alloc(4);
  pair.writeUInt16LE(language, 0);
  pair.writeUInt16LE(1200, 2);
  return node('VS_VERSION_INFO', 0, fixed, 52, [
    node('StringFileInfo', 1, Buffer.alloc(0), 0, [node(key, 1, Buffer.alloc(0), 0, table)]),
    node('VarFileInfo', 1, Buffer.alloc(0), 0, [node('Translation', 0, pair, 4, [])]),
  ]);
}

function node(key: string, kind: number, value: Buffer, valueLength: number, inner: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(6);
  const named = pad(Buffer.concat([head, Buffer.from(`${key}\0`, 'utf16le')]));
  const body = inner.reduce((sum, child) => Buffer.concat([pad(sum), child]), Buffer.concat([named, value]));
  body.writeUInt16LE(body.length, 0);
  body.writeUInt16LE(valueLength, 2);
  body.writeUInt16LE(kind, 4);
  return body;
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
