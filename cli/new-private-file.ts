/** A file for its owner alone, made once: what a key is replaced by, nobody can sign with any more. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../service/files.ts';
import { CliError, usageError } from './errors.ts';

/**
 * On the disk when it resolves, mode 0600. Throws `CLI_USAGE` where something lies there already, `CLI_FILE_UNREADABLE`.
 * @param advice what to do where something does
 */
export async function writeNewPrivateFile(path: string, content: string, advice: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    if (isThere(cause)) throw usageError(`${path} is there already: ${advice}`);
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be written`, { cause });
  });
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
