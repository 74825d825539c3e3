export type { CallMessage } from './client/pending-calls.ts';
export type { OpenMessage, PortMessage } from './log/event-lines.ts';
export { type Logger, logTo } from './log/subscribe.ts';
export { createLogger, type LogOptions } from './log/winston.ts';
export type { PduMessage } from './transport/endpoint.ts';
