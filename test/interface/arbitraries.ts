import fc from 'fast-check';

export const littleEndians = [true, false] as const;

export const u16 = fc.nat(0xffff);
export const u32 = fc.nat(0xffffffff);
export const bytes = fc.uint8Array({ maxLength: 80 });
export const anyUuid = fc.uint8Array({ minLength: 16, maxLength: 16 });
export const handle = fc.record({ attributes: u32, uuid: anyUuid });
export const syntaxId = fc.record({ uuid: anyUuid, version: fc.record({ major: u16, minor: u16 }) });

/** Any UTF-16 units but NUL, in any order. */
export const units = fc
  .array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes));

/** Latin-1 text without NUL that fits into `size` with its terminator. */
export function latin1(size: number): fc.Arbitrary<string> {
  return fc
    .array(fc.integer({ min: 1, max: 0xff }), { maxLength: size - 1 })
    .map((codes) => String.fromCharCode(...codes));
}

export function nullable<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null });
}
