/**
 * What `hcl verify --rpc` knows: a replica in memory, read once. The deployment file says which ledger, the
 * consortium file, if there is one, who publishes status lists where.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDeployment, type Deployment } from '../ledger/deployment.ts';
import { silentLogger } from '../service/logging.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { VERIFIER_DEFAULTS, type PinnedIssuer } from '../verifier/config.ts';
import { fetchJsonWith } from '../verifier/fetch-json.ts';
import { StatusFollower } from '../verifier/status-follower.ts';
import { readConsortiumFile } from './consortium-file.ts';
import { CliError } from './errors.ts';
import { dataFolderOf, type Io } from './io.ts';
import type { Knowledge } from './knowledge.ts';
import { readLedgerState } from './ledger-reading.ts';

/** Throws `CLI_NOT_STARTED`, any `LedgerError`. */
export async function readFromLedger(rpcUrl: string, io: Io): Promise<Knowledge> {
  const { deployment, issuers } = await readPins(dataFolderOf(io));
  const state = await readLedgerState(rpcUrl, deployment);
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
  readonly deployment: Deployment;
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
