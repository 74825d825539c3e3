/** Parts of a security descriptor that can be asked for ([MS-DTYP] 2.4.7). */
export const OWNER = 1;
export const GROUP = 2;
export const DACL = 4;

/** BUILTIN\\Administrators, S-1-5-32-544. */
const ADMINISTRATORS = [0x01, 0x02, 0, 0, 0, 0, 0, 0x05, 0x20, 0, 0, 0, 0x20, 0x02, 0, 0];
/** One entry that allows them all rights to a key, 0x000F003F. */
const ALL_RIGHTS = [0x02, 0, 0x20, 0, 0x01, 0, 0, 0, 0x00, 0x00, 0x18, 0, 0x3f, 0x00, 0x0f, 0x00, ...ADMINISTRATORS];
/** SE_SELF_RELATIVE, SE_DACL_PRESENT. */
const SELF_RELATIVE = 0x8000;
const HAS_DACL = 0x0004;
const HEADER = 20;

/** The self-relative security descriptor of every key here, as far as it is asked for ([MS-DTYP] 2.4.6): the administrators own it, and have all rights. */
export function keySecurity(parts: number): Uint8Array {
  const bytes: number[] = new Array(HEADER).fill(0);
  const place = (part: number, what: readonly number[]): number => {
    if ((parts & part) === 0) return 0;
    return bytes.push(...what) - what.length;
  };
  const offsets = [place(OWNER, ADMINISTRATORS), place(GROUP, ADMINISTRATORS), 0, place(DACL, ALL_RIGHTS)];
  const descriptor = Uint8Array.from(bytes);
  const view = new DataView(descriptor.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, (parts & DACL) === 0 ? SELF_RELATIVE : SELF_RELATIVE | HAS_DACL, true);
  for (const [index, offset] of offsets.entries()) view.setUint32(4 + 4 * index, offset, true);
  return descriptor;
}
