/** The Level database of a chain: how it is opened, and what is said when it cannot be. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { NodeError } from './node-errors.ts';

export type Database = Level<Uint8Array, Uint8Array>;

export const DEFAULT_WRITE_BUFFER_BYTES: number = 16 * 1024 * 1024;
const RESTORE =
  'stop here, keep a copy of the folder and restore it from a backup; "hcl fsck --node FOLDER" says how far it is good';

/**
 * Opens or creates. LevelDB does not sync the first file of a new database, so a power cut in its first moments can
 * leave one that does not open; `mayStartOver` says that nothing was ever acknowledged here, and lets such a one be
 * made again. Throws `NODE_FOLDER_LOCKED`, `NODE_STORE_CORRUPT` or `NODE_STORE_UNAVAILABLE`.
 */
export async function openDatabase(
  location: string,
  mayStartOver: boolean,
  writeBufferBytes: number = DEFAULT_WRITE_BUFFER_BYTES,
): Promise<Database> {
  try {
    return await openLevel(location, writeBufferBytes);
  } catch (error) {
    const failure = openFailure(error);
    if (failure.code !== 'NODE_STORE_CORRUPT' || !mayStartOver || !(await isWithoutRecords(location)))
      throw failure;
    await rm(location, { recursive: true });
    return openLevel(location, writeBufferBytes).catch((again: unknown) => {
      throw openFailure(again);
    });
  }
}

async function openLevel(location: string, writeBufferSize: number): Promise<Database> {
  const database: Database = new Level(location, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    writeBufferSize,
  });
  await database.open();
  return database;
}

/** Whether no table and no log of the database holds a byte. */
async function isWithoutRecords(location: string): Promise<boolean> {
  const names = (await readdir(location)).filter((name) => /\.(?:log|ldb|sst)$/.test(name));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(location, name))).size));
  return sizes.every((size) => size === 0);
}

/** What is stored cannot be right; `what` says where. */
export function corrupt(what: string, cause?: unknown): NodeError {
  return new NodeError('NODE_STORE_CORRUPT', `${what}; ${RESTORE}`, { cause });
}

/** The system does not let the store be opened. */
export function unavailable(cause: unknown): NodeError {
  return new NodeError(
    'NODE_STORE_UNAVAILABLE',
    'the database does not open; check that the folder may be written and that the disk has space',
    { cause },
  );
}

function openFailure(cause: unknown): NodeError {
  const { code, message } = levelReason(cause);
  switch (code) {
    case 'LEVEL_LOCKED':
      return new NodeError(
        'NODE_FOLDER_LOCKED',
        'the data folder is in use by another node; stop that one first, or give this one a folder of its own',
        { cause },
      );
    case 'LEVEL_CORRUPTION':
      return corrupt('the database is damaged', cause);
    case 'LEVEL_IO_ERROR':
      // The folder is there, and its file CURRENT: what is not is a file that CURRENT leads to.
      return message.includes('No such file')
        ? corrupt('a file of the database is missing', cause)
        : unavailable(cause);
    default:
      return unavailable(cause);
  }
}

/** Level wraps the reason why a database did not open. */
function levelReason(error: unknown): { readonly code: unknown; readonly message: string } {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause
    ? { code: cause.code, message: cause.message }
    : { code: undefined, message: '' };
}
