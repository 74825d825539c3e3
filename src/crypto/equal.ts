/**
 * Compares from `from` on in a time that does not depend on where the first difference is: every byte is looked at, and none decides what
 * is done next. Other lengths are unequal at once. (A call of node:crypto takes longer than the comparison of a signature.)
 */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array, from = 0): boolean {
  if (a.length !== b.length) return false;
  let differences = 0;
  for (let i = from; i < a.length; i++) differences |= (a[i] as number) ^ (b[i] as number);
  return differences === 0;
}
