interface ForeignFormat {
  readonly is: (head: DataView) => boolean;
  readonly name: string;
  readonly advice: string;
}

const text = (head: DataView, at: number, magic: string): boolean =>
  head.byteLength >= at + magic.length &&
  [...magic].every((letter, i) => head.getUint8(at + i) === letter.charCodeAt(0));

const ETL_HEADER_AT = 0x48;

/** Files in which people keep captures, told by their first bytes, and the tool that makes pcapng of them. */
const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  { is: (head) => text(head, 0, '\x1f\x8b'), name: 'compressed by gzip', advice: 'Unpack it by gzip -d.' },
  { is: (head) => text(head, 0, '\x28\xb5\x2f\xfd'), name: 'compressed by zstd', advice: 'Unpack it by zstd -d.' },
  { is: (head) => text(head, 0, 'BZh'), name: 'compressed by bzip2', advice: 'Unpack it by bzip2 -d.' },
  { is: (head) => text(head, 0, '\xfd7zXZ'), name: 'compressed by xz', advice: 'Unpack it by xz -d.' },
  { is: (head) => text(head, 0, 'PK\x03\x04'), name: 'a zip archive', advice: 'Unpack it by unzip.' },
  { is: (head) => text(head, 0, '7z\xbc\xaf'), name: 'a 7-Zip archive', advice: 'Unpack it by 7z x.' },
  {
    is: isEventTrace,
    name: 'an event trace (ETL) of netsh or pktmon',
    advice: 'Convert it by etl2pcapng, or on Windows by pktmon etl2pcap.',
  },
];

/** Of the first bytes of a file; null: none of these. */
export function foreignFormat(head: DataView): { readonly name: string; readonly advice: string } | null {
  return FOREIGN_FORMATS.find(({ is }) => is(head)) ?? null;
}

/** A buffer of whole KiB (WMI_BUFFER_HEADER), behind whose header the event of the log file stands (SYSTEM_TRACE_HEADER, flags 0xC0). */
function isEventTrace(head: DataView): boolean {
  if (head.byteLength < ETL_HEADER_AT + 4) return false;
  const size = head.getUint32(0, true);
  const event = head.getUint32(ETL_HEADER_AT, true);
  return size > 0 && size % 1024 === 0 && size <= 0x1000000 && (event & 0xff00ffff) >>> 0 === 0xc0000002;
}
