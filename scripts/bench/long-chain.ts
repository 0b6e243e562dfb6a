/** A chain of many sealed blocks without transactions: what a node with a heartbeat has after a month. */
import { mkdir } from 'node:fs/promises';
import { hexToBytes } from '@ethereumjs/util';
import { createChainRules } from '../../node/chain-rules.ts';
import { ChainStore } from '../../node/chain-store.ts';
import { createGenesis } from '../../node/genesis.ts';
import { sealHeader, type Header } from '../../node/header.ts';

/** Writes a chain as `ourNode` configures it (ledger-processes.ts). */
export async function writeLongChain(dataFolder: string, blocks: number): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const key = hexToBytes(`0x${'5e'.repeat(32)}`);
  const rules = await createChainRules(8_520_300, key);
  await using store = await ChainStore.open(dataFolder, rules.crypto);
  const genesis = await createGenesis({ timestampSeconds: 1_700_000_000 }, rules, store.stateNodes);
  await store.commit({ block: genesis, receipts: [] });
  let parent: Header = genesis.header;
  for (let number = 1; number < blocks; number++) {
    const fields = {
      ...parent,
      parentHash: parent.hash,
      number: BigInt(number),
      timestamp: parent.timestamp + 1n,
    };
    parent = sealHeader(fields, key, rules);
    await store.commit({ block: { header: parent, transactions: [] }, receipts: [] });
  }
}
