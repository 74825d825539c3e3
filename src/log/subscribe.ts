import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { CallMessage } from '../client/pending-calls.ts';
import type { PduMessage } from '../transport/endpoint.ts';
import { callLine, type OpenMessage, openLine, type PortMessage, portLine } from './event-lines.ts';
import { pduLine } from './pdu-line.ts';

/** What of winston's methods is used; `verbose` and the asking after levels may be missing, as in console. */
export interface Logger {
  /** One line a PDU. */
  debug(message: string): unknown;
  /** Calls that went well, and ports. */
  verbose?(message: string): unknown;
  /** Opens, and calls that failed. */
  info(message: string): unknown;
  /** Not called by the library, which leaves it to its caller what is one. */
  warn(message: string): unknown;
  /** Not called by the library. */
  error(message: string): unknown;
  /** False: lines for `debug` are not even made. */
  isDebugEnabled?(): boolean;
}

/**
 * Logs what the library does until the returned function is called: opens and failed calls at `info`, other calls and
 * ports at `verbose`, one line a PDU at `debug`. Nothing is a warning: whoever called has the error, and knows whether
 * it was to be expected. Never stubs, credentials or trailers.
 */
export function logTo(logger: Logger): () => void {
  const verbose = (line: string) => (logger.verbose === undefined ? logger.debug(line) : logger.verbose(line));
  const listeners: Readonly<Record<string, (message: unknown) => void>> = {
    'clusrpc:open': (message) => {
      logger.info(openLine(message as OpenMessage));
    },
    'clusrpc:call': (message) => {
      const { outcome } = message as CallMessage;
      if (outcome === 'response' || outcome === 'sent') verbose(callLine(message as CallMessage));
      else logger.info(callLine(message as CallMessage));
    },
    'clusrpc:port': (message) => {
      verbose(portLine(message as PortMessage));
    },
    'clusrpc:pdu': (message) => {
      if (logger.isDebugEnabled?.() !== false) logger.debug(pduLine(message as PduMessage));
    },
  };
  for (const [name, listener] of Object.entries(listeners)) subscribe(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) unsubscribe(name, listener);
  };
}
