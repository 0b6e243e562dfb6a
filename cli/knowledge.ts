/**
 * What `hcl verify` knows of the ledger: a verifier's snapshot, or, with `--rpc`, a replica in memory that
 * is read once. Either way nothing is asked of anybody once the first code is looked at.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatusLists } from '../core/status/accepted-lists.ts';
import { LedgerState } from '../core/trust/ledger-state.ts';
import { decodeSnapshot } from '../core/trust/snapshot.ts';
import { parseDeployment } from '../ledger/deployment.ts';
import { Replica } from '../ledger/replica.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { silentLogger } from '../service/logging.ts';
import { VERIFIER_DEFAULTS, type PinnedIssuer } from '../verifier/config.ts';
import { fetchJsonWith } from '../verifier/fetch-json.ts';
import { StatusFollower } from '../verifier/status-follower.ts';
import { readConsortiumFile } from './consortium-file.ts';
import { CliError } from './errors.ts';
import { dataFolderOf, resolvePath, type Io } from './io.ts';

export interface Knowledge {
  readonly state: LedgerState;
  readonly statusLists: StatusLists;
}

export interface KnowledgeOptions {
  /** Path of a snapshot. */
  readonly bundle: string | undefined;
  readonly rpcUrl: string | undefined;
}

/** Throws `CLI_NOT_STARTED`, `CLI_FILE_UNREADABLE`, `SNAPSHOT_INVALID`, any `LedgerError`. */
export function readKnowledge(options: KnowledgeOptions, io: Io): Promise<Knowledge> {
  return options.rpcUrl === undefined ? readSnapshot(options.bundle, io) : readFromLedger(options.rpcUrl, io);
}

async function readSnapshot(bundle: string | undefined, io: Io): Promise<Knowledge> {
  const path = bundle === undefined ? join(dataFolderOf(io), 'verifier', 'snapshot.hcls') : resolvePath(io, bundle);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw bundle === undefined
      ? new CliError(
          'CLI_NOT_STARTED',
          `nothing is known of the ledger: there is no ${path}. Start the consortium with "npm start", or name a --bundle`,
          { cause },
        )
      : new CliError('CLI_FILE_UNREADABLE', `the bundle ${path} cannot be read`, { cause });
  }
  return decodeSnapshot(nodeCrypto, bytes);
}

/** The deployment file says which ledger; the consortium file, if there is one, who publishes status lists. */
async function readFromLedger(rpcUrl: string, io: Io): Promise<Knowledge> {
  const state = new LedgerState();
  const { deployment, issuers } = await readPins(dataFolderOf(io));
  await using replica = await Replica.open({ rpcUrls: [rpcUrl], deployment }, { state });
  await replica.sync();
  const follower = new StatusFollower(
    { issuers, limits: VERIFIER_DEFAULTS.manifestLimits },
    {
      crypto: nodeCrypto,
      fetchJson: fetchJsonWith(io.fetch),
      nowSeconds: () => io.nowSeconds(),
      log: silentLogger,
    },
  );
  follower.follow(state);
  await follower.settle();
  return { state, statusLists: follower.lists };
}

async function readPins(dataFolder: string): Promise<{
  readonly deployment: ReturnType<typeof parseDeployment>;
  readonly issuers: readonly PinnedIssuer[];
}> {
  const path = join(dataFolder, 'deployment.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_NOT_STARTED', `--rpc needs the deployment file ${path}`, { cause });
  }
  return { deployment: parseDeployment(text), issuers: await pinnedIssuers(dataFolder) };
}

/** Without a consortium file the status of every credential stays unknown, and the verdicts say so. */
async function pinnedIssuers(dataFolder: string): Promise<readonly PinnedIssuer[]> {
  try {
    return (await readConsortiumFile(dataFolder)).issuers;
  } catch (error) {
    if (error instanceof CliError && error.code === 'CLI_NOT_STARTED') return [];
    throw error;
  }
}
