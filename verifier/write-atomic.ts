/** Writes a file whole or not at all: a reader, or we after a power cut, see the old bytes or the new ones. */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Readable by its owner alone (0600). One writer a path. */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  {
    await using file = await open(draft, 'w', 0o600);
    await file.writeFile(bytes);
    await file.sync();
  }
  await rename(draft, path);
  // The rename itself lies in the folder.
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}
