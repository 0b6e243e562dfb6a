/**
 * One person's approval, made where the person's key is. The batch is derived again from the acts that are shown:
 * what is signed is these acts, for this issuer on this ledger, and nothing else.
 */
import { readFile } from 'node:fs/promises';
import { readActBatch } from '../../core/act/batch.ts';
import type { Act } from '../../core/act/act.ts';
import { fromHex, type Hex } from '../../core/bytes/hex.ts';
import { approveActs } from '../../ledger/act-approval.ts';
import { parseDeployment } from '../../ledger/deployment.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { readSecretFile } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { CliError } from '../errors.ts';
import { toShown, type ActClient, type PostedBatch } from './client.ts';

export interface Approving {
  readonly client: ActClient;
  readonly did: string;
  /** Path of the deployment file. */
  readonly deployment: string;
}

export interface Approved {
  readonly batch: PostedBatch;
  readonly acts: readonly Act[];
}

const KEY = /^0x[0-9a-f]{64}$/;

/** Throws `ACT_BATCH_INVALID`, `CLI_FILE_INVALID`, and what the client throws. */
export async function approve(
  ids: readonly string[],
  options: { readonly keyFile: string; readonly replace: boolean },
  { client, did, deployment }: Approving,
): Promise<Approved> {
  const key = await readKey(options.keyFile);
  const batch = await client.openBatch(ids, options.replace);
  const acts = readActBatch(nodeCrypto, toShown(batch));
  if (acts.some(({ issuer }) => issuer !== did)) {
    throw new CliError('CLI_SERVICE_REFUSED', 'the batch holds an act of another issuer');
  }
  const place = { deployment: parseDeployment(await readFile(deployment, 'utf8')), issuer: issuerIdOf(did) };
  const { signature } = approveActs(key, place, { ...batch, root: fromHex(batch.root) });
  return { batch: await client.approve(batch.root, signature), acts };
}

/** A secp256k1 key, `0x` and 64 hex digits, in a file that only its owner can read. */
async function readKey(path: string): Promise<Hex> {
  const text = (await readSecretFile(path)).trim();
  if (!KEY.test(text)) throw new CliError('CLI_FILE_INVALID', `${path} is not a key: 0x and 64 hex digits`);
  return text as Hex; // just checked
}
