/**
 * A replica's store in a Level folder of its own.
 *
 *   format              '1'; another is refused
 *   head                JSON of ReplicaHead
 *   block/<number>      the block's text (`blockToText`); 16 hex digits, so that keys sort as numbers
 *
 * Level admits one process at a time, which is the port's one writer.
 */
import { Level } from 'level';
import { blockFromText, blockToText, type BlockStore, type ReplicaHead } from './block-store.ts';
import { LedgerError } from './errors.ts';

const FORMAT = '1';

export interface LevelBlockStore extends BlockStore, AsyncDisposable {}

/** Opens or creates the folder; throws `LEDGER_STORE_INVALID` when it was written in another format. */
export async function openLevelBlockStore(folder: string): Promise<LevelBlockStore> {
  const level = new Level(folder);
  await level.open();
  const format = await level.get('format');
  if (format === undefined) await level.put('format', FORMAT, { sync: true });
  else if (format !== FORMAT) {
    await level.close();
    throw new LedgerError('LEDGER_STORE_INVALID', `the replica's store has format ${format}, not ${FORMAT}`);
  }
  return {
    async head() {
      const text = await level.get('head');
      return text === undefined ? undefined : (JSON.parse(text) as ReplicaHead); // as `append` writes it
    },
    async *blocks(after = -1) {
      const range = { gte: blockKey(after + 1), lt: 'block0' };
      for await (const text of level.values(range)) yield blockFromText(text);
    },
    async lastUpTo(number) {
      const range = { gt: 'block/', lte: blockKey(number), reverse: true, limit: 1 };
      const [text] = await level.values(range).all();
      return text === undefined ? undefined : blockFromText(text);
    },
    async append(blocks, head) {
      const puts = blocks.map((block) => put(blockKey(block.number), blockToText(block)));
      await level.batch([...puts, put('head', JSON.stringify(head))], { sync: true });
    },
    [Symbol.asyncDispose]: () => level.close(),
  };
}

function put(key: string, value: string): { type: 'put'; key: string; value: string } {
  return { type: 'put', key, value };
}

function blockKey(number: number): string {
  return `block/${number.toString(16).padStart(16, '0')}`;
}
