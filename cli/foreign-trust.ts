/** `--trust FILE`: the operator's list of signers of other systems' codes. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ForeignTrust } from '../core/foreign/foreign-trust.ts';
import { parseForeignTrust } from '../core/foreign/parse-trust.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { CliError } from './errors.ts';

/** Files that the list names lie beside it. Throws `CLI_FILE_UNREADABLE`, `TRUST_LIST_…`. */
export async function readForeignTrust(path: string, nowSeconds: number): Promise<ForeignTrust> {
  const readBeside = (name: string): Promise<Uint8Array> => read(resolve(dirname(path), name));
  return parseForeignTrust(nodeCrypto, await read(path), { nowSeconds, readFile: readBeside });
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `the trust list ${path} cannot be read`, { cause });
  }
}
