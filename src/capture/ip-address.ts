const IPV6_UNITS = 8;

/**
 * The 4 or 16 bytes of an address in text, null when it is none. A zone (`fe80::1%eth0`) is left out; an IPv4 address
 * mapped into IPv6 (`::ffff:127.0.0.1`, what a dual-stack socket reports) becomes the 4 bytes that are on the wire.
 */
export function parseIpAddress(text: string): Uint8Array | null {
  if (!text.includes(':')) return parseIpv4(text);
  const bytes = parseIpv6(text.replace(/%.*$/, ''));
  return bytes !== null && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** Four bytes at `at` as `192.0.2.1`. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** Sixteen bytes at `at` in the canonical text form (RFC 5952 4 and 5). */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  const address = bytes.subarray(at, at + 16);
  if (isMapped(address)) return `::ffff:${ipv4Text(address, 12)}`;
  const units: number[] = [];
  for (let i = 0; i < 16; i += 2) units.push(((address[i] as number) << 8) | (address[i + 1] as number));
  const zeros = longestZeros(units);
  const text = (part: readonly number[]): string => part.map((unit) => unit.toString(16)).join(':');
  if (zeros.length < 2) return text(units);
  return `${text(units.slice(0, zeros.start))}::${text(units.slice(zeros.start + zeros.length))}`;
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return valid ? Uint8Array.from(parts, Number) : null;
}

function parseIpv6(text: string): Uint8Array | null {
  const sides = text.split('::');
  if (sides.length > 2) return null;
  const [head, tail] = sides.map((side, i) => ipv6Units(side, i === sides.length - 1));
  if (head === null || head === undefined || tail === null) return null;
  const gap = IPV6_UNITS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? gap !== 0 : gap < 1) return null;
  const units = [...head, ...new Array<number>(gap).fill(0), ...(tail ?? [])];
  return Uint8Array.from(units.flatMap((unit) => [unit >>> 8, unit & 0xff]));
}

/** Dotted IPv4 may stand for the last two units of the address, nowhere else. */
function ipv6Units(side: string, isEnd: boolean): number[] | null {
  if (side === '') return [];
  const units: number[] = [];
  const parts = side.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      units.push(Number.parseInt(part, 16));
      continue;
    }
    const dotted = isEnd && i === parts.length - 1 ? parseIpv4(part) : null;
    if (dotted === null) return null;
    const [a, b, c, d] = dotted as unknown as [number, number, number, number];
    units.push((a << 8) | b, (c << 8) | d);
  }
  return units;
}

function isMapped(address: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
  return address[10] === 0xff && address[11] === 0xff;
}

/** The first of the longest runs, as RFC 5952 4.2.3 wants it. */
function longestZeros(units: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= units.length; i++) {
    if (units[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}
