/**
 * How far the turn of an epoch is, under `epoch-turn` in `meta`: `to u32 ‖ stage u8 ‖ next record u64`.
 *
 *   rewrap    records before `next` live under `to`
 *   destroy   nothing lives under an older epoch: their keys are to be destroyed, the files rewritten
 */
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { TABLES, type IssuerTables } from '../store.ts';

const STAGES = ['rewrap', 'destroy'] as const;

export interface Turn {
  readonly to: number;
  readonly stage: (typeof STAGES)[number];
  readonly next: number;
}

const TURN = toUtf8('epoch-turn');
const TURN_BYTES = 13;

export async function readTurn(tables: Pick<IssuerTables, 'meta'>): Promise<Turn | undefined> {
  const bytes = await tables.meta.get(TURN);
  if (bytes === undefined) return undefined;
  // The store holds what writeTurn wrote: one of the two.
  return { to: readUint32(bytes, 0), stage: STAGES[bytes[4]!]!, next: readUint64(bytes, 5) };
}

export function writeTurn(batch: WriteBatch, { to, stage, next }: Turn): void {
  const bytes = new Uint8Array(TURN_BYTES);
  writeUint32(bytes, 0, to);
  bytes[4] = STAGES.indexOf(stage);
  writeUint64(bytes, 5, next);
  batch.put(TABLES.meta, TURN, bytes);
}

export function endTurn(batch: WriteBatch): void {
  batch.delete(TABLES.meta, TURN);
}
