/** Failures of the command line itself. `CLI_USAGE` ends with exit code 2, everything else with 1. */
import { HclError } from '../core/errors.ts';

export type CliErrorCode =
  | 'CLI_USAGE'
  | 'CLI_FILE_UNREADABLE'
  | 'CLI_FILE_INVALID'
  | 'CLI_NOT_STARTED'
  | 'CLI_SERVICE_REFUSED'
  | 'CLI_SERVICE_UNREACHABLE'
  | 'CLI_TIMED_OUT'
  | 'CLI_NOT_AVAILABLE';

export class CliError extends HclError<CliErrorCode> {}

/** The caller held the command wrongly: `message` is one line and says what to do instead. */
export function usageError(message: string, options?: ErrorOptions): CliError {
  return new CliError('CLI_USAGE', message, options);
}

/** One line for people about anything thrown: our own errors with their code, the system's with theirs. */
export function describeError(error: unknown): string {
  if (error instanceof HclError) return `${error.message} (${error.code})`;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return `${error.message} (${error.code})`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown failure';
}
