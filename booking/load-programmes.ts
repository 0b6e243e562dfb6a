/** The programmes of an authority: from a file of its own, or those of 2020 to 2023. */
import { readFile } from 'node:fs/promises';
import { parseProgrammes, type Programmes } from './programme.ts';

const DEFAULT_FILE = new URL('programmes.json', import.meta.url);

/** Throws `BOOKING_PROGRAMMES_INVALID`, and what reading the file throws. */
export async function loadProgrammes(path: string | URL = DEFAULT_FILE): Promise<Programmes> {
  return parseProgrammes(await readFile(path, 'utf8'));
}
