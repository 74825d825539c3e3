import type { Writable } from 'node:stream';
import winston from 'winston';

/** Where the log goes and how much of it. */
export interface LogOptions {
  /** A level of winston's npm levels, or `silent`; `info` by default. */
  readonly level?: string;
  /** Where lines go, of every level; standard error by default. */
  readonly stream?: Writable;
  /** A file that gets the same lines, with the time in front. */
  readonly file?: string;
  readonly color?: boolean;
}

/** A winston logger that writes for people: all levels to one stream, and to a file on request. */
export function createLogger(options: LogOptions = {}): winston.Logger {
  const { level = 'info', stream = process.stderr, file, color = false } = options;
  const { combine, timestamp, printf, colorize } = winston.format;
  const line = printf(({ level: name, message }) => `${name}: ${message}`);
  const dated = printf(({ timestamp: time, level: name, message }) => `${time} ${name}: ${message}`);
  const silent = level === 'silent';
  const toStream = new winston.transports.Stream({
    stream: stream as NodeJS.WritableStream,
    format: color ? combine(colorize(), line) : line,
  });
  const toFile = file === undefined ? [] : [fileTransport(file, combine(timestamp(), dated))];
  return winston.createLogger({ level: silent ? 'error' : level, silent, transports: [toStream, ...toFile] });
}

function fileTransport(filename: string, format: winston.Logform.Format): winston.transport {
  return new winston.transports.File({ filename, format, options: { flags: 'a', mode: 0o600 } });
}
