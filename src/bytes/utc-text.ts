/** `2003-03-18T21:33:00.000Z`; null for null and for a time that no calendar has. */
export function utcText(ms: number | null): string | null {
  if (ms === null || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms).toISOString();
}
