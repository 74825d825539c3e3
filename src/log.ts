export { type Logger, logTo } from './log/subscribe.ts';
export { createLogger, type LogOptions } from './log/winston.ts';
