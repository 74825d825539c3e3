import type { Win32Symbol } from './win32.ts';

const BRAND = Symbol.for('clusrpc.error');

/** Every code of our own; a Win32Error carries the Win32 symbol instead. */
export const ERROR_CODES = [
  'ERR_CLUSRPC_MISUSE',
  'ERR_CLUSRPC_INVALID_OPTION',
  'ERR_CLUSRPC_INVALID_INPUT',
  'ERR_CLUSRPC_PROTOCOL',
  'ERR_CLUSRPC_TOO_SHORT',
  'ERR_CLUSRPC_FAULT',
  'ERR_CLUSRPC_REJECT',
  'ERR_CLUSRPC_TRANSPORT',
  'ERR_CLUSRPC_TIMEOUT',
  'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
  'ERR_CLUSRPC_NO_FREE_THREAD',
  'ERR_CLUSRPC_STANDSTILL',
  'ERR_CLUSRPC_PROCESS_ENDED',
  'ERR_CLUSRPC_NO_PORT_LEFT',
] as const;

/** One of ERROR_CODES. */
export type OwnErrorCode = (typeof ERROR_CODES)[number];
/** `code` of every error of this package: its own codes, and names of Win32 such as ERROR_ACCESS_DENIED. */
export type ErrorCode = OwnErrorCode | Win32Symbol | `WIN32_${number}`;

/** What an error of this package carries beside its message. */
export interface ErrorDetails {
  readonly code?: ErrorCode;
  /** The Win32 number, where there is one. */
  readonly errno?: number;
  /** The call that failed, as Node's SystemError names it. */
  readonly syscall?: string;
  /** One of the stages of `probe`. */
  readonly stage?: string;
  /** A sentence that says what to do. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/** The base of everything that this package throws on purpose. */
export class ClusError extends Error {
  readonly code: ErrorCode;
  readonly errno: number | undefined;
  readonly syscall: string | undefined;
  stage: string | undefined;
  advice: string | undefined;

  constructor(message: string, code: ErrorCode, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    Object.defineProperty(this, BRAND, { value: true });
    this.name = new.target.name;
    this.code = details.code ?? code;
    this.errno = details.errno;
    this.syscall = details.syscall;
    this.stage = details.stage;
    this.advice = details.advice;
  }
}

/** The caller broke a rule of ours: use after close, an option that cannot be. */
export class LocalMisuseError extends ClusError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'ERR_CLUSRPC_MISUSE', details);
  }
}

/** The peer, or a file, broke a rule of the format. */
export class RemoteProtocolError extends ClusError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'ERR_CLUSRPC_PROTOCOL', details);
  }
}

/** The server answered with a fault: the call may have been executed (C706 12.5). `status` is the number on the wire. */
export class FaultError extends ClusError {
  readonly status: number;

  constructor(message: string, status: number, details?: ErrorDetails) {
    super(message, 'ERR_CLUSRPC_FAULT', details);
    this.status = status;
  }
}

/** The server answered with a reject: the call was not executed (C706 12.5). `status` is the number on the wire. */
export class RejectError extends ClusError {
  readonly status: number;

  constructor(message: string, status: number, details?: ErrorDetails) {
    super(message, 'ERR_CLUSRPC_REJECT', details);
    this.status = status;
  }
}

/** Names, sockets, silence. */
export class TransportError extends ClusError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'ERR_CLUSRPC_TRANSPORT', details);
  }
}

/** Tells errors of this package from others, also when two copies of it are loaded. */
export function isClusError(value: unknown): value is ClusError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
