/** A verifier's data folder as a long life has left it: a snapshot with many roots, the store that it was made from, and codes. */
import { join } from 'node:path';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { SNAPSHOT_FILE } from '../../service/snapshot-file.ts';
import type { LoadLedger } from './load-ledger.ts';
import { makeWorld, type WorldSize } from './world.ts';

export interface LoadWorld {
  readonly folder: string;
  readonly nowSeconds: number;
  /** Requests, each with another genuine code. */
  readonly bodies: readonly string[];
  /** That it follows; absent: none answers. */
  readonly ledger?: LoadLedger;
  /** Whether it publishes bundles. */
  readonly publishes?: boolean;
}

const CONTRACT = { address: '0x00', codeHash: '0x00', fromBlock: 1 } as const;
/** Of a ledger that is never asked. */
export const NO_LEDGER: Deployment = {
  version: 1,
  chainId: 5,
  genesisHash: '0x00',
  contracts: { accessManager: CONTRACT, trustList: CONTRACT, batchAnchor: CONTRACT, statusAnchor: CONTRACT },
};

export async function makeLoadWorld(folder: string, size: WorldSize, seed: number): Promise<LoadWorld> {
  const { codes, nowSeconds, state, statusLists } = await makeWorld(size, seed);
  await makePrivateFolder(folder);
  await writeFileAtomically(join(folder, SNAPSHOT_FILE), encodeSnapshot(nodeCrypto, { state, statusLists }));
  await using store = await openLevelBlockStore(join(folder, 'replica'));
  // Of what the snapshot was made from, a start looks at the last change only.
  await store.append([{ ...state.lastChange, events: [] }], state.head);
  return { folder, nowSeconds, bodies: codes.map((code) => JSON.stringify({ code })) };
}
