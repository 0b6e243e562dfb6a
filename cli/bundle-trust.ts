/** Whose bundles count: a file that a device is given once (`core/bundle/bundle-trust.ts`). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBundleTrust, type BundleTrust } from '../core/bundle/bundle-trust.ts';
import { CliError } from './errors.ts';
import { dataFolderOf, resolvePath, type Io } from './io.ts';

export const BUNDLE_TRUST_FILE = 'bundle-trust.json';

/** Throws `CLI_FILE_UNREADABLE`, `BUNDLE_TRUST_INVALID`. @param chosen default: in the data folder */
export async function readBundleTrust(chosen: string | undefined, io: Io): Promise<BundleTrust> {
  const path = chosen === undefined ? join(dataFolderOf(io), BUNDLE_TRUST_FILE) : resolvePath(io, chosen);
  return parseBundleTrust(await readBytes(path, 'which says whose bundles count, '));
}

/** Throws `CLI_FILE_UNREADABLE`. */
export async function readBytes(path: string, what = ''): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path}, ${what}cannot be read`, { cause });
  }
}
