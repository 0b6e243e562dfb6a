/**
 * The files that the demonstration's issuers take in. Most say the same for ever. Those whose records end are taken in
 * as if the day they speak of were that of the first start, and kept so in the data folder: every later start sends the same
 * bytes, and makes nothing new.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import type { SeedFile } from './members.ts';

/** The day that the specimens speak of. */
const AS_OF = '2022-12-21';
const DAY_MS = 86_400_000;
/** Of Hong Kong. */
const UTC_OFFSET_MS = 8 * 3_600_000;

export async function readSeed(
  { name, isMoved }: SeedFile,
  { dataFolder, nowMs }: { readonly dataFolder: string; readonly nowMs: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const original = resolve(import.meta.dirname, name);
  if (isMoved !== true) return await readFile(original);
  const folder = join(dataFolder, 'seeds');
  const kept = join(folder, name);
  if (!existsSync(kept)) {
    await makePrivateFolder(folder);
    await writeFileAtomically(kept, movedTo(nowMs, await readFile(original, 'utf8')));
  }
  return await readFile(kept);
}

/** Every day from 2022 on moves along with {@link AS_OF}; what lies before, as birth dates do, stays. */
export function movedTo(nowMs: number, text: string): string {
  const today = Math.floor((nowMs + UTC_OFFSET_MS) / DAY_MS);
  const days = today - Date.parse(AS_OF) / DAY_MS;
  return text.replaceAll(/\b20(?:2[2-9]|[3-9]\d)-\d\d-\d\d/g, (day) => {
    return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  });
}
