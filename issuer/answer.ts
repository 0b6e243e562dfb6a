/** The answers to a chunk that is on the disk, and the receipt for its records. */
import { invariant } from '../core/errors.ts';
import type { ReceiptRecord } from '../core/receipt/receipt.ts';
import type { Attempt, NumberRange } from './idempotency-attempt.ts';
import type { FinishedDraft } from './draft-writes.ts';
import type { Draft, Refusal } from './draw-up.ts';
import type { Chunk } from './issue.ts';
import type { IntakeProblem } from './intake/row.ts';
import type { KeyedIndex } from './keyed-index.ts';
import { PROFILES } from './record-entry.ts';
import type { Receipts } from './receipts.ts';
import type { DescribedRecord } from './release.ts';
import type { AnsweredChunk, IssuedCredential, RowResult } from './row.ts';

export interface AnswerDependencies {
  readonly index: KeyedIndex;
  readonly describe: (recordNumber: number) => Promise<DescribedRecord>;
  /** Absent where nobody is promised anything. */
  readonly receipts: Pick<Receipts, 'sign'> | undefined;
  readonly attempt: Attempt | undefined;
}

const NOTHING: NumberRange = { first: 0, count: 0 };
export const REFUSALS: Readonly<Record<Refusal, IntakeProblem>> = {
  erased: {
    field: '',
    code: 'INTAKE_RECORD_ERASED',
    reason: 'was erased after it came under this idempotency key',
  },
  leaving: {
    field: '',
    code: 'INTAKE_RECORD_BEING_ERASED',
    reason: 'the same record is just being erased: send it again to have it issued anew',
  },
  ended: {
    field: '',
    code: 'INTAKE_RECORD_ENDED',
    reason: 'is over by what it says itself: no code of it would be valid',
  },
};

/** @param finished the chunk's drafts, in order */
export async function answerChunk(
  { rows, outcomes, keyed }: Chunk,
  finished: readonly FinishedDraft[],
  { index, describe, receipts, attempt }: AnswerDependencies,
): Promise<AnsweredChunk> {
  const made = new Map(finished.map((draft) => [draft.number, draft]));
  const madeBefore = new Unmet(keyed?.made ?? NOTHING);
  const results: RowResult[] = [];
  const records = new Map<string, ReceiptRecord>();
  let next = 0;
  let resumed = 0;
  for (const row of rows) {
    if ('problems' in row) {
      results.push({ row: row.row, problems: row.problems });
      continue;
    }
    const outcome = outcomes[next++];
    invariant(outcome !== undefined, 'a good row has an outcome');
    if (typeof outcome === 'string') {
      results.push({ row: row.row, problems: [REFUSALS[outcome]] });
      continue;
    }
    const { number, draft } = outcome;
    const stored = draft === undefined ? ownOf(await describe(number)) : freshlyMade(draft, made);
    if (stored.credentials.length === 0) {
      // It was there when the row was looked up, and has been erased since: there is nothing to answer or to promise.
      results.push({ row: row.row, problems: [REFUSALS[keyed?.made === undefined ? 'leaving' : 'erased']] });
      continue;
    }
    const isResumed = draft === undefined && madeBefore.meet(number);
    if (isResumed) resumed++;
    const recordId = index.toRecordId(number);
    results.push({
      row: row.row,
      recordId,
      duplicate: draft === undefined && !isResumed,
      // A record that was made for this very request is answered as it was then.
      credentials:
        keyed?.newFrom !== undefined && number >= keyed.newFrom
          ? stored.credentials.map(anchoring)
          : stored.credentials,
      ...(draft === undefined || draft.notes.length === 0 ? {} : { notes: draft.notes }),
    });
    records.set(recordId, { id: recordId, leaves: stored.leafHashes });
  }
  if (records.size === 0 || receipts === undefined) return { results, resumed };
  const receipt = keyed?.receipt ?? (await receipts.sign([...records.values()]));
  if (keyed !== undefined && keyed.receipt === undefined) await attempt?.keepReceipt(keyed, receipt);
  return { results, receipt, resumed };
}

/** Numbers of a range that were not met yet: a record counts as new once, its twins do not. */
class Unmet {
  readonly #range: NumberRange;
  readonly #met = new Set<number>();

  constructor(range: NumberRange) {
    this.#range = range;
  }

  /** Whether the number is in the range and is met for the first time. */
  meet(number: number): boolean {
    const { first, count } = this.#range;
    if (number < first || number >= first + count || this.#met.has(number)) return false;
    this.#met.add(number);
    return true;
  }
}

/** What a row makes and a receipt promises: codes of other systems are asked for by themselves. */
function ownOf({ credentials, leafHashes }: DescribedRecord): DescribedRecord {
  return {
    credentials: credentials.slice(0, PROFILES.length),
    leafHashes: leafHashes.slice(0, PROFILES.length),
  };
}

function freshlyMade(draft: Draft, made: ReadonlyMap<number, FinishedDraft>): DescribedRecord {
  const leafHashes = made.get(draft.number)?.leafHashes;
  invariant(leafHashes !== undefined, 'a committed draft is finished');
  const credentials = PROFILES.map((profile, place): IssuedCredential => {
    const handle = draft.credentials[place]?.handle;
    invariant(handle !== undefined, 'a record has a credential for each profile');
    return { profile, handle, state: 'anchoring' };
  });
  return { credentials, leafHashes };
}

function anchoring(credential: IssuedCredential): IssuedCredential {
  return { ...credential, state: 'anchoring' };
}
