/**
 * What `hcl verify` knows of the ledger: a bundle, a verifier's snapshot, or, with `--rpc`, a replica in memory that
 * is read once. All of it is read before the first code is looked at; only pages of roots, beside a bundle, are looked
 * for when a code needs them (`page-source.ts`).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptBundle } from '../core/bundle/accept-bundle.ts';
import type { BundleState } from '../core/bundle/bundle-state.ts';
import { isBundle } from '../core/bundle/bundle-file.ts';
import type { AcceptContext } from '../core/bundle/signed-head.ts';
import { StatusLists } from '../core/status/accepted-lists.ts';
import { LedgerState } from '../core/trust/ledger-state.ts';
import { decodeSnapshot } from '../core/trust/snapshot.ts';
import type { RegistryKnowledge } from '../core/policy/ledger-registry.ts';
import type { LedgerKnowledge } from '../core/verify/context.ts';
import { defaultPolicy } from '../core/verify/policy.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readBundleTrust, readBytes } from './bundle-trust.ts';
import { CliError, usageError } from './errors.ts';
import { dataFolderOf, resolvePath, type Io } from './io.ts';

export interface Knowledge {
  readonly state: LedgerKnowledge & RegistryKnowledge;
  readonly statusLists: StatusLists;
  /** Of a bundle: what a device holds that has it, and whose word counts. */
  readonly device?: { readonly held: BundleState; readonly context: AcceptContext };
}

export interface KnowledgeOptions {
  /** Path of a full bundle: believed for its signatures, from wherever it came. */
  readonly bundle?: string | undefined;
  /** Path of what says whose bundles count. */
  readonly signers?: string | undefined;
  /** Path of a snapshot, which nobody signs: believed because whoever names it knows where it was made. */
  readonly snapshot?: string | undefined;
  readonly rpcUrl: string | undefined;
  /** Without a snapshot in the data folder, and none by name, know nothing instead of failing. */
  readonly isOptional?: boolean;
}

/**
 * Throws `CLI_USAGE`, `CLI_NOT_STARTED`, `CLI_FILE_UNREADABLE`, `CLI_FILE_INVALID`, `SNAPSHOT_INVALID`, any
 * `BundleError` or `LedgerError`.
 */
export async function readKnowledge(options: KnowledgeOptions, io: Io): Promise<Knowledge> {
  const { bundle, signers, snapshot, rpcUrl } = options;
  if ([bundle, snapshot, rpcUrl].filter((each) => each !== undefined).length > 1) {
    throw usageError('--bundle, --snapshot and --rpc exclude each other');
  }
  if (signers !== undefined && bundle === undefined) throw usageError('--signers sign a --bundle: name one');
  if (bundle !== undefined) return readBundle(resolvePath(io, bundle), signers, io);
  if (snapshot !== undefined) return decodeSnapshot(nodeCrypto, await readBytes(resolvePath(io, snapshot)));
  if (rpcUrl === undefined) return readOwnSnapshot(options, io);
  const { readFromLedger } = await import('./knowledge-from-ledger.ts');
  return readFromLedger(rpcUrl, io);
}

/** What a file says of itself never decides how it is believed: where a bundle is due, nothing else is taken. */
async function readBundle(path: string, signers: string | undefined, io: Io): Promise<Knowledge> {
  const bytes = await readBytes(path);
  if (!isBundle(bytes)) {
    throw new CliError(
      'CLI_FILE_INVALID',
      `${path} is not a bundle, so nobody has signed it; a snapshot of your own verifier is named by --snapshot`,
    );
  }
  const trust = await readBundleTrust(signers, io);
  const { clockSkewSeconds } = defaultPolicy;
  const context = { crypto: nodeCrypto, trust, nowSeconds: io.nowSeconds(), clockSkewSeconds };
  const held = await acceptBundle(bytes, undefined, context);
  const { state, statusLists } = held;
  return { state, statusLists, device: { held, context } };
}

/** Of the verifier whose data folder is ours. */
async function readOwnSnapshot({ isOptional }: KnowledgeOptions, io: Io): Promise<Knowledge> {
  const path = join(dataFolderOf(io), 'verifier', 'snapshot.hcls');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (isOptional === true && isMissing(cause)) {
      return { state: new LedgerState(), statusLists: StatusLists.empty };
    }
    throw new CliError(
      'CLI_NOT_STARTED',
      `nothing is known of the ledger: there is no ${path}. Start the consortium with "npm start", or name a --bundle`,
      { cause },
    );
  }
  return decodeSnapshot(nodeCrypto, bytes);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
