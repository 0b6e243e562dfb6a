/** Damage to a stopped node's folder, one kind a function. */
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';

/** Names of the database's files of a kind, oldest first. */
export async function databaseFiles(
  dataFolder: string,
  kind: '.log' | '.ldb' | 'MANIFEST',
): Promise<string[]> {
  const names = await readdir(join(dataFolder, 'chain'));
  return names
    .filter((name) => name.startsWith(kind) || name.endsWith(kind))
    .sort()
    .map((name) => join(dataFolder, 'chain', name));
}

/** The newest file of a kind; there must be one. */
export async function newestFile(dataFolder: string, kind: '.log' | '.ldb' | 'MANIFEST'): Promise<string> {
  const file = (await databaseFiles(dataFolder, kind)).at(-1);
  if (file === undefined) throw new Error(`the database has no ${kind} file`);
  return file;
}

export async function flipByte(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(file, bytes.with(at, (bytes[at] ?? 0) ^ 0x55));
}

/** Cuts a file to a share of its length. */
export async function cutOff(file: string, share: number): Promise<void> {
  await truncate(file, Math.floor((await readFile(file)).length * share));
}

export function remove(file: string): Promise<void> {
  return rm(file);
}

/** Rewrites one stored value and answers the one before; `undefined` removes it. */
export async function changeRow(
  dataFolder: string,
  { table, key }: { readonly table: string; readonly key: string | Uint8Array },
  to: (stored: Uint8Array | undefined) => Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  await using database = new Level<Uint8Array, Uint8Array>(join(dataFolder, 'chain'));
  const rows = database.sublevel<string | Uint8Array, Uint8Array>(table, {
    keyEncoding: typeof key === 'string' ? 'utf8' : 'view',
    valueEncoding: 'view',
  });
  const stored = await rows.get(key);
  const value = to(stored);
  if (value === undefined) await rows.del(key);
  else await rows.put(key, value);
  return stored;
}

/** Changes a byte in the code of every contract. */
export async function flipCode(dataFolder: string): Promise<void> {
  await using database = new Level<string, Uint8Array>(join(dataFolder, 'chain'));
  const nodes = database.sublevel<string, Uint8Array>('node', { keyEncoding: 'hex', valueEncoding: 'view' });
  for await (const [key, code] of nodes.iterator()) {
    // The ASCII letter c stands before the hash of code.
    if (key.startsWith('63')) await nodes.put(key, code.with(9, (code[9] ?? 0) ^ 1));
  }
}

/** Moves everything from the log into tables, as a busy node does in time. */
export async function compact(dataFolder: string): Promise<void> {
  await using database = new Level(join(dataFolder, 'chain'));
  await database.open();
  // What `level` is outside browsers (classic-level) has this method, and says so in its own types only.
  const native = database as unknown as { compactRange(start: string, end: string): Promise<void> };
  await native.compactRange('', '~');
}

/** Key of a block's rows. */
export function blockKey(number: number): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, number >> 8, number & 255);
}
