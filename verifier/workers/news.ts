/**
 * What the syncing process tells the workers of the ledger: they start from its snapshot and fold the blocks after it, the
 * same as it has. A worker says where it stands and is told what comes next, so none can miss a block, and one that was
 * away or slow is behind, never wrong: what it answers is as old as the head that it stands at.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import type { AcceptedSet } from '../../core/status/accepted-lists.ts';
import { StatusList } from '../../core/status/token-status-list.ts';
import type { LedgerBlock } from '../../core/trust/ledger-event.ts';
import type { Head } from '../../core/trust/ledger-state.ts';
import { isStateOf } from '../../ledger/block-store.ts';
import type { Verifier } from '../verifier.ts';

/** Where a worker stands. */
export interface Standing {
  readonly head: Head;
  readonly lastChange: Head;
  /** By issuer, the version of its lists. */
  readonly lists: ReadonlyMap<Hex, number>;
}

/** Status lists as they travel: arrays instead of objects. */
export interface SentSet extends Omit<AcceptedSet, 'lists'> {
  readonly lists: readonly (Omit<AcceptedSet['lists'][number], 'list'> & {
    readonly bits: number;
    readonly bytes: Uint8Array;
  })[];
}

export interface News {
  /** False: the worker stands where this ledger never was, and starts from nothing. */
  readonly fits: boolean;
  readonly blocks: readonly LedgerBlock[];
  /** Of what has been told when there is no more. */
  readonly head: Head | undefined;
  readonly isMore: boolean;
  readonly sets: readonly SentSet[];
  readonly failures: ReadonlyMap<Hex, string>;
  readonly confirmedAtSeconds: number | undefined;
}

/** A message stays small, and between two of them a worker answers. */
const EVENTS_AT_ONCE = 2000;

export async function newsFor(
  standing: Standing,
  { blockStore, confirmedAtSeconds, follower, state }: Verifier,
): Promise<News> {
  const nothing = { blocks: [], head: undefined, isMore: false, sets: [], failures: new Map() };
  if (!(await isStateOf(blockStore, standing))) return { ...nothing, fits: false, confirmedAtSeconds };
  // The head first: what is appended meanwhile is told the next time.
  const head = await blockStore.head();
  const blocks: LedgerBlock[] = [];
  let events = 0;
  for await (const block of blockStore.blocks(standing.head.number)) {
    if (head === undefined || block.number > head.number || events > EVENTS_AT_ONCE) break;
    blocks.push(block);
    events += block.events.length;
  }
  const isMore = events > EVENTS_AT_ONCE;
  const sets = [...follower.lists.sets()].filter(
    ({ issuer, version }) => version > (standing.lists.get(issuer) ?? 0),
  );
  const failures = new Map<Hex, string>();
  for (const { id } of state.trust.issuers()) {
    const failure = follower.failureOf(id);
    if (failure !== undefined) failures.set(id, failure);
  }
  return { fits: true, blocks, head, isMore, sets: sets.map(toSent), failures, confirmedAtSeconds };
}

export function fromSent({ lists, ...set }: SentSet): AcceptedSet {
  return {
    ...set,
    lists: lists.map(({ bits, bytes, ...list }) => ({ ...list, list: new StatusList(bits, bytes) })),
  };
}

function toSent({ lists, ...set }: AcceptedSet): SentSet {
  return {
    ...set,
    lists: lists.map(({ list, ...rest }) => ({ ...rest, bits: list.bits, bytes: list.bytes })),
  };
}
