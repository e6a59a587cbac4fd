import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A logger on stderr (stdout belongs to the command's result): readable lines on a terminal, NDJSON otherwise.
 * Written synchronously: the last line before an exit is the one that matters.
 */
export function createLogger(
  name: string,
  level: LogLevel,
  options: { readonly destination?: DestinationStream; readonly pretty?: boolean } = {},
): Logger {
  const base = {
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: ['authorization', '*.authorization', 'password', '*.password', 'key'] },
  };
  const readable = options.pretty ?? (options.destination === undefined && process.stderr.isTTY);
  if (readable) {
    const stream = pretty({
      colorize: process.stderr.isTTY,
      destination: options.destination ?? 2,
      sync: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss',
      singleLine: true,
    });
    return pino(base, stream);
  }
  return pino(base, options.destination ?? pino.destination({ dest: 2, sync: true }));
}
