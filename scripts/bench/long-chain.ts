/**
 * A chain of many sealed blocks without transactions: what a node with a heartbeat has after a month. Written into the
 * tables of `node/chain-store.ts` a thousand blocks at a time; a node syncs each.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hexToBytes } from '@ethereumjs/util';
import { Level, type BatchOperation } from 'level';
import { encodeBlock } from '../../node/block.ts';
import { createChainRules } from '../../node/chain-rules.ts';
import { ChainStore } from '../../node/chain-store.ts';
import { createGenesis } from '../../node/genesis.ts';
import { sealHeader, type Header } from '../../node/header.ts';
import { numberKey } from '../../node/store-keys.ts';

const BLOCKS_A_BATCH = 1_000;
const HEAD: Uint8Array = new TextEncoder().encode('head');
const NO_RECEIPTS = Uint8Array.of(0xc0);

type Tables = Level<Uint8Array, Uint8Array>;

/** Writes a chain as `ourNode` configures it (ledger-processes.ts). */
export async function writeLongChain(dataFolder: string, blocks: number): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const key = hexToBytes(`0x${'5e'.repeat(32)}`);
  const rules = await createChainRules(8_520_300, key);
  let parent = await writeGenesis(dataFolder, rules);
  await using database: Tables = new Level(join(dataFolder, 'chain'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  const tables = tablesOf(database);
  for (let first = 1; first < blocks; first += BLOCKS_A_BATCH) {
    const rows: BatchOperation<Tables, Uint8Array, Uint8Array>[] = [];
    for (let number = first; number < Math.min(first + BLOCKS_A_BATCH, blocks); number++) {
      const fields = {
        ...parent,
        parentHash: parent.hash,
        number: BigInt(number),
        timestamp: parent.timestamp + 1n,
      };
      parent = sealHeader(fields, key, rules);
      rows.push(...rowsOf(tables, parent));
    }
    await database.batch(rows);
  }
}

async function writeGenesis(
  dataFolder: string,
  rules: Awaited<ReturnType<typeof createChainRules>>,
): Promise<Header> {
  await using store = await ChainStore.open(dataFolder, rules.crypto);
  const genesis = await createGenesis({ timestampSeconds: 1_700_000_000 }, rules, store.stateNodes);
  await store.commit({ block: genesis, receipts: [] });
  return genesis.header;
}

// The type of a sublevel is spelled in a package that `level` does not pass on, so it is inferred here.
function tablesOf(database: Tables) {
  const table = (name: string) =>
    database.sublevel<Uint8Array, Uint8Array>(name, { keyEncoding: 'view', valueEncoding: 'view' });
  return { block: table('block'), hash: table('hash'), receipts: table('rcpt'), meta: table('meta') };
}

function rowsOf(
  tables: ReturnType<typeof tablesOf>,
  header: Header,
): BatchOperation<Tables, Uint8Array, Uint8Array>[] {
  const number = numberKey(header.number);
  const block = encodeBlock({ header, transactions: [] });
  return [
    { type: 'put', sublevel: tables.block, key: number, value: block },
    { type: 'put', sublevel: tables.hash, key: header.hash, value: number },
    { type: 'put', sublevel: tables.receipts, key: number, value: NO_RECEIPTS },
    { type: 'put', sublevel: tables.meta, key: HEAD, value: number },
  ];
}
