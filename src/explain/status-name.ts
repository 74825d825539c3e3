import { dceStatus, eptToWin32 } from '../status/dce.ts';
import { ncaStatus, ncaToWin32 } from '../status/nca.ts';
import { win32Status } from '../status/win32.ts';

/** A status with the name that people look it up by. */
export interface StatusName {
  readonly code: number;
  readonly symbol: string;
}

/** A number of any of the tables: nca, DCE, else Win32. */
export function statusName(code: number): StatusName {
  const unsigned = code >>> 0;
  const symbol = ncaStatus(unsigned)?.symbol ?? dceStatus(unsigned)?.symbol ?? win32Status(unsigned).symbol;
  return { code: unsigned, symbol };
}

/** What a Win32 program is told where the wire has `code`. */
export function win32Name(code: number): StatusName {
  const { code: number, symbol } = win32Status(dceStatus(code) === undefined ? ncaToWin32(code) : eptToWin32(code));
  return { code: number, symbol };
}
