const UNIX_EPOCH = 116_444_736_000_000_000n;

/** 100 ns since 1601-01-01 UTC to ms since 1970; null for 0 (never) and for years outside 1601 to 2200. */
export function filetimeToMs(filetime: bigint): number | null {
  if (filetime === 0n) return null;
  const ms = Number((filetime - UNIX_EPOCH) / 10_000n);
  return ms >= -11_644_473_600_000 && ms < 7_258_118_400_000 ? ms : null;
}

export function msToFiletime(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 10_000n + UNIX_EPOCH;
}
