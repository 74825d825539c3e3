import { ClusError, type ErrorDetails, FaultError, RejectError } from './errors.ts';
import { ncaToWin32 } from './nca.ts';
import { statusText } from './text.ts';
import { win32Status } from './win32.ts';

/** What an error about a status may still be told: everything but what follows from the status. */
export type StatusErrorDetails = Omit<ErrorDetails, 'code' | 'errno' | 'syscall'>;

/** What a Win32Error carries beside its code. */
export interface Win32ErrorDetails extends StatusErrorDetails {
  /** What Windows itself says of the number, for one that has no name here. */
  readonly said?: string | undefined;
}

/**
 * A call that ran and answered with a Win32 number other than 0, in the shape of Node's SystemError:
 * `code: 'ERROR_ACCESS_DENIED'`, `errno: 5`, `syscall: 'OpenCluster'`. A number without a name has code `WIN32_<number>`.
 */
export class Win32Error extends ClusError {
  declare readonly errno: number;

  constructor(status: number, syscall?: string, { said, ...details }: Win32ErrorDetails = {}) {
    super(textOf(syscall, statusText(status, said)), win32Status(status).symbol, numbersOf(status, syscall, details));
  }
}

/** A fault as the application sees it: `status` as it came, `errno` and `code` of the Win32 number it stands for. */
export function faultError(status: number, syscall?: string, details: StatusErrorDetails = {}): FaultError {
  return new FaultError(
    textOf(syscall, `the server answered with a fault: ${statusText(status)}`),
    status >>> 0,
    numbersOf(ncaToWin32(status), syscall, details),
  );
}

/** A reject as the application sees it: as faultError, for a call that the server did not execute. */
export function rejectError(status: number, syscall?: string, details: StatusErrorDetails = {}): RejectError {
  return new RejectError(
    textOf(syscall, `the server rejected the call: ${statusText(status)}`),
    status >>> 0,
    numbersOf(ncaToWin32(status), syscall, details),
  );
}

function numbersOf(win32: number, syscall: string | undefined, details: StatusErrorDetails): ErrorDetails {
  const { code, symbol } = win32Status(win32);
  return { ...details, code: symbol, errno: code, ...(syscall === undefined ? {} : { syscall }) };
}

function textOf(syscall: string | undefined, text: string): string {
  return syscall === undefined ? text : `${syscall}: ${text}`;
}
