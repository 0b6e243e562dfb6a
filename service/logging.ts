/**
 * Structured logs without personal data: a line holds only the fields named here. No bodies, headers, tokens
 * or URLs (a URL may hold a handle; the route's pattern stands for it), and of an error that is not ours only
 * its kind and where it arose: the sentence of a JSON syntax error quotes the input.
 *
 * Levels: `error` someone must act · `warn` a fault we are dealing with · `info` a change of state ·
 * `debug` one line a request.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import { HclError } from '../core/errors.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

/** Everything a line may say besides its level, time and message. */
export interface LogFields {
  readonly code?: string;
  readonly route?: string;
  readonly method?: string;
  readonly statusCode?: number;
  readonly durationMs?: number;
  readonly requestId?: string;
  readonly count?: number;
  readonly sequence?: number;
  readonly version?: number;
  readonly root?: string;
  readonly batchClass?: string;
  readonly attempt?: number;
  readonly address?: string;
  readonly err?: unknown;
}

export interface Log {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
}

const ALLOWED: ReadonlySet<string> = new Set<keyof LogFields>([
  'code',
  'route',
  'method',
  'statusCode',
  'durationMs',
  'requestId',
  'count',
  'sequence',
  'version',
  'root',
  'batchClass',
  'attempt',
  'address',
  'err',
]);

export interface LoggerOptions {
  readonly name: string;
  readonly level: LogLevel;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: { name },
    formatters: { log: onlyAllowed },
    serializers: { err: toSafeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export const silentLogger: Logger = pino({ level: 'silent' });

function onlyAllowed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => ALLOWED.has(name)));
}

/** The sentence is kept of our own errors alone: by rule they never hold personal data. */
export function toSafeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = error instanceof HclError ? { message: error.message } : {};
  const cause = error.cause === undefined ? {} : { cause: toSafeError(error.cause) };
  return { type: error.name, ...code, ...message, at: framesOf(error), ...cause };
}

function framesOf(error: Error): readonly string[] {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  return lines.slice(0, 8).map((line) => line.trim());
}
