/** `--trust FILE`: the operator's list of signers of other systems' codes. */
import type { ForeignTrust } from '../core/foreign/foreign-trust.ts';
import { TrustListError } from '../core/foreign/trust-error.ts';
import { FileReads } from '../service/file-reads.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readTrustFile } from '../verifier/trust-file.ts';
import { CliError } from './errors.ts';

/** Throws `CLI_FILE_UNREADABLE`, `TRUST_LIST_…`. */
export async function readForeignTrust(path: string, nowSeconds: number): Promise<ForeignTrust> {
  try {
    return await readTrustFile({ path, nowSeconds }, nodeCrypto, new FileReads(nodeCrypto));
  } catch (cause) {
    const isUnreadable = cause instanceof TrustListError && cause.code === 'TRUST_LIST_UNREADABLE';
    throw isUnreadable ? new CliError('CLI_FILE_UNREADABLE', cause.message, { cause }) : cause;
  }
}
