/** What a finished draft is on the disk. */
import { isDerivedType, type IssuableRecord } from '../core/record/derived.ts';
import { toUint64 } from '../service/big-endian.ts';
import type { WriteBatch } from '../service/store.ts';
import type { Draft } from './draw-up.ts';
import type { FinishedRecord } from './finish.ts';
import { encodeHandleEntry } from './handle-entry.ts';
import type { ColourChange } from './health/colour-acts.ts';
import type { KeyedIndex } from './keyed-index.ts';
import { COLOUR_PLACE, LANE_COUNT, laneOf, type LaneLeaf, type Lanes } from './lanes.ts';
import type { KeyRing } from './privacy/key-ring.ts';
import { putTraces } from './privacy/traces.ts';
import { TABLES } from './store.ts';

export type FinishedDraft = Draft & FinishedRecord;

const NOTHING = new Uint8Array(0);

/** Adds leaves and handles; returns the number of leaves for each lane. */
export function appendLeaves(
  batch: WriteBatch,
  {
    drafts,
    changes,
  }: { readonly drafts: readonly FinishedDraft[]; readonly changes: readonly ColourChange[] },
  { index, lanes: all }: { readonly index: KeyedIndex; readonly lanes: Lanes },
): readonly number[] {
  const lanes = Array.from({ length: LANE_COUNT }, (): (LaneLeaf & { readonly handle?: string })[] => []);
  for (const { number, credentials, leafHashes } of drafts) {
    credentials.forEach(({ lane, handle }, place) => {
      // A leaf for each credential, in their order.
      lanes[lane]?.push({ leafHash: leafHashes[place]!, recordNumber: number, place, handle });
    });
  }
  for (const { number, leafHash } of changes) {
    const lane = laneOf('short', number % 2);
    lanes[lane]?.push({ leafHash, recordNumber: number, place: COLOUR_PLACE });
  }
  lanes.forEach((leaves, lane) => {
    if (leaves.length === 0) return;
    const first = all.append(lane, leaves, batch);
    leaves.forEach(({ recordNumber, place, handle }, i) => {
      if (handle === undefined) return;
      const value = encodeHandleEntry({ recordNumber, place, lane, entry: first + i });
      batch.put(TABLES.handles, index.ofHandle(handle), value);
    });
  });
  return lanes.map((leaves) => leaves.length);
}

/** Adds the sealed records, and all that leads to them. */
export function putRecords(batch: WriteBatch, drafts: readonly FinishedDraft[], ring: KeyRing): void {
  for (const { number, traces, sealed } of drafts) {
    batch.put(TABLES.records, toUint64(number), sealed);
    putTraces(batch, number, traces, ring);
    if (mayTurnColours(traces.record)) batch.put(TABLES.healthFacts, toUint64(number), NOTHING);
  }
}

/** `health/` follows it with the next pass: a fact that rules look at, or one that says whose documents belong together. */
function mayTurnColours({ type, subject }: IssuableRecord): boolean {
  return type === 'test' || type === 'declaration' || (subject.linked !== undefined && !isDerivedType(type));
}
