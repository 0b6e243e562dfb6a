/**
 * Files that hold state or secrets: folders are 0700, files 0600, and a file is replaced as a whole (written
 * beside, synced, renamed, the folder synced), so that a crash leaves the old one or the new one.
 */
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { HclError } from '../core/errors.ts';

export class FileError extends HclError<'FILE_READABLE_BY_OTHERS' | 'FILE_TOO_LARGE'> {}

const OTHERS = 0o077;

export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (((await stat(folder)).mode & OTHERS) !== 0) await chmod(folder, 0o700);
}

/** @param content whole, or in parts that stand one after the other */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/** Reads a secret; refuses one that others on the machine can read (`FILE_READABLE_BY_OTHERS`). */
export async function readSecretFile(path: string): Promise<string> {
  if (((await stat(path)).mode & OTHERS) !== 0) {
    throw new FileError('FILE_READABLE_BY_OTHERS', `others can read ${path}: set its mode to 0600`);
  }
  return await readFile(path, 'utf8');
}

/** Rejects with `FILE_TOO_LARGE` once there is more, whatever the system says of the size. */
export async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await buffer(createReadStream(path, { end: maxBytes }));
  if (bytes.length <= maxBytes) return new Uint8Array(bytes);
  throw new FileError(
    'FILE_TOO_LARGE',
    `${basename(path)} has more than the ${maxBytes} bytes that may be read of it`,
  );
}

/** What was made, renamed or removed in the folder is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
