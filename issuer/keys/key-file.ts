/** Reads a file that holds keys, if nobody else on the machine can read or replace it. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSecretFile } from '../../service/files.ts';
import { KeyError } from './errors.ts';

const OTHERS_WRITE = 0o022;
/** As `/tmp`: others may add files, but not replace ours. */
const STICKY = 0o1000;

/** Throws `KEY_FILE_MISSING`, `FILE_READABLE_BY_OTHERS`, `KEY_FOLDER_OPEN`. */
export async function readKeyFile(path: string): Promise<string> {
  await checkFolder(dirname(path));
  try {
    return await readSecretFile(path);
  } catch (error) {
    if (isMissing(error)) {
      throw new KeyError('KEY_FILE_MISSING', `there is no ${path}: make the keys first, or correct the path`);
    }
    throw error;
  }
}

async function checkFolder(folder: string): Promise<void> {
  let mode: number;
  try {
    ({ mode } = await stat(folder));
  } catch (error) {
    if (isMissing(error)) throw new KeyError('KEY_FILE_MISSING', `there is no folder ${folder}`);
    throw error;
  }
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) {
    throw new KeyError('KEY_FOLDER_OPEN', `others can replace files in ${folder}: set its mode to 0700`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
