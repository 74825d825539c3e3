import type { ClusterInformation } from '../cluster-api.ts';

/**
 * CLUSTERVERSIONINFO of clusapi.h: size u32, major u16, minor u16, build u16, vendor 64 units, service pack 64 units,
 * two bytes of padding, highest u32, lowest u32, flags u32, reserved u32.
 */
const SIZE = 284;
const VENDOR = 10;
const SERVICE_PACK = 138;
const TEXT_BYTES = 128;
const HIGHEST = 268;

export function newVersionInfo(): Buffer {
  const buffer = Buffer.alloc(SIZE);
  buffer.writeUInt32LE(SIZE, 0);
  return buffer;
}

export function unpackVersionInfo(buffer: Buffer): Omit<ClusterInformation, 'name'> {
  return {
    major: buffer.readUInt16LE(4),
    minor: buffer.readUInt16LE(6),
    build: buffer.readUInt16LE(8),
    vendor: text(buffer, VENDOR),
    servicePack: text(buffer, SERVICE_PACK),
    highest: buffer.readUInt32LE(HIGHEST),
    lowest: buffer.readUInt32LE(HIGHEST + 4),
    flags: buffer.readUInt32LE(HIGHEST + 8),
  };
}

function text(buffer: Buffer, offset: number): string {
  return buffer.toString('utf16le', offset, offset + TEXT_BYTES).split('\0', 1)[0] ?? '';
}
