/** `--trust FILE`: the operator's list of signers of other systems' codes. */
import { readFile } from 'node:fs/promises';
import type { ForeignTrust } from '../core/foreign/foreign-trust.ts';
import { parseForeignTrust } from '../core/foreign/parse-trust.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { CliError } from './errors.ts';

/** Throws `CLI_FILE_UNREADABLE`, `TRUST_LIST_…`. */
export async function readForeignTrust(path: string, nowSeconds: number): Promise<ForeignTrust> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `the trust list ${path} cannot be read`, { cause });
  }
  return parseForeignTrust(nodeCrypto, bytes, nowSeconds);
}
