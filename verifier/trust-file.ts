/** The operator's list of signers of other systems' codes, with the files that it names beside it. */
import { dirname, resolve } from 'node:path';
import type { Crypto } from '../core/crypto.ts';
import type { ForeignTrust } from '../core/foreign/foreign-trust.ts';
import { parseForeignTrust } from '../core/foreign/parse-trust.ts';
import { TrustListError } from '../core/foreign/trust-error.ts';
import type { FileReads } from '../service/file-reads.ts';
import { FileError } from '../service/files.ts';

export interface TrustFile {
  readonly path: string;
  readonly nowSeconds: number;
}

/** Throws `TRUST_LIST_…`, `FILE_TOO_LARGE`; messages name the entry, or the file that cannot be read. */
export async function readTrustFile(
  { path, nowSeconds }: TrustFile,
  crypto: Crypto,
  reads: FileReads,
): Promise<ForeignTrust> {
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await reads.read(resolve(dirname(path), name));
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      throw new TrustListError('TRUST_LIST_UNREADABLE', `the trust list ${name} cannot be read`, { cause });
    }
  };
  return parseForeignTrust(crypto, await read(path), { nowSeconds, readFile: read });
}
