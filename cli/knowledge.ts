/**
 * What `hcl verify` knows of the ledger: a verifier's snapshot, a bundle, or, with `--rpc`, a replica in memory that
 * is read once. Either way nothing is asked of anybody once the first code is looked at.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptBundle } from '../core/bundle/accept-bundle.ts';
import { isBundle } from '../core/bundle/bundle-file.ts';
import { StatusLists } from '../core/status/accepted-lists.ts';
import { LedgerState } from '../core/trust/ledger-state.ts';
import { decodeSnapshot } from '../core/trust/snapshot.ts';
import type { LedgerKnowledge } from '../core/verify/context.ts';
import { defaultPolicy } from '../core/verify/policy.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readBundleTrust } from './bundle-trust.ts';
import { CliError } from './errors.ts';
import { dataFolderOf, resolvePath, type Io } from './io.ts';

export interface Knowledge {
  readonly state: LedgerKnowledge;
  readonly statusLists: StatusLists;
}

export interface KnowledgeOptions {
  /** Path of a snapshot, or of a full bundle. */
  readonly bundle: string | undefined;
  /** Path of what says whose bundles count. */
  readonly signers?: string | undefined;
  readonly rpcUrl: string | undefined;
  /** Without a bundle by name and a snapshot in the data folder, know nothing instead of failing. */
  readonly isOptional?: boolean;
}

/** Throws `CLI_NOT_STARTED`, `CLI_FILE_UNREADABLE`, `SNAPSHOT_INVALID`, any `BundleError` or `LedgerError`. */
export async function readKnowledge(options: KnowledgeOptions, io: Io): Promise<Knowledge> {
  if (options.rpcUrl === undefined) return readSnapshot(options, io);
  const { readFromLedger } = await import('./knowledge-from-ledger.ts');
  return readFromLedger(options.rpcUrl, io);
}

async function readSnapshot({ bundle, signers, isOptional }: KnowledgeOptions, io: Io): Promise<Knowledge> {
  const path =
    bundle === undefined ? join(dataFolderOf(io), 'verifier', 'snapshot.hcls') : resolvePath(io, bundle);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (bundle === undefined && isOptional === true && isMissing(cause)) {
      return { state: new LedgerState(), statusLists: StatusLists.empty };
    }
    throw bundle === undefined
      ? new CliError(
          'CLI_NOT_STARTED',
          `nothing is known of the ledger: there is no ${path}. Start the consortium with "npm start", or name a --bundle`,
          { cause },
        )
      : new CliError('CLI_FILE_UNREADABLE', `the bundle ${path} cannot be read`, { cause });
  }
  return isBundle(bytes) ? readBundle(bytes, signers, io) : decodeSnapshot(nodeCrypto, bytes);
}

/** A bundle is believed for its signatures, from wherever it came; a snapshot, because it is our own. */
async function readBundle(bytes: Uint8Array, signers: string | undefined, io: Io): Promise<Knowledge> {
  const trust = await readBundleTrust(signers, io);
  const { clockSkewSeconds } = defaultPolicy;
  const context = { crypto: nodeCrypto, trust, nowSeconds: io.nowSeconds(), clockSkewSeconds };
  return acceptBundle(bytes, undefined, context);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
