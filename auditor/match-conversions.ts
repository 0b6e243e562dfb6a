/**
 * The two sides of a pair against each other. Only who held a conversion credential can tell which acknowledgement
 * answers which nullifier, so both issuers say it, and say the same; the ledger holds what they name.
 *
 * The two accounts are not of the same moment. What came to the ledger last may be in one of them alone, so a count must
 * lie between what was answered before `dueBefore` and all that was answered since.
 */
import type { Hex } from '../core/bytes/hex.ts';
import type { WrittenBatch } from './conversions-on-ledger.ts';
import type { AcknowledgedAccount, SpentAccount } from './published-conversions.ts';
import { NONE, type Problem, type RederivedSide } from './rederive-conversions.ts';

export interface ShownSide<Account> {
  readonly side: RederivedSide;
  readonly account: Account | undefined;
}

export interface Sides {
  readonly spent: ShownSide<SpentAccount>;
  readonly acknowledged: ShownSide<AcknowledgedAccount>;
  /** Unix seconds: what was written before then must be in both accounts. */
  readonly dueBefore: number;
}

/** Issuers forget a conversion 31 days after it ended: what is older than this they need not speak of any more. */
const SPOKEN_OF_SECONDS = 30 * 86_400;

/** What the target says it has answered: the nullifiers, by the acknowledgement. */
type Answered = ReadonlyMap<Hex, Hex>;

/** @returns problems of the target's, problems of the source's, and spendings that nobody has answered */
export function matchConversions(sides: Sides): {
  readonly ofTarget: readonly Problem[];
  readonly ofSource: readonly Problem[];
  readonly open: readonly WrittenBatch[];
} {
  const { spent, acknowledged } = sides;
  const answered: Answered = new Map(
    acknowledged.account?.answers.map(({ nullifier, acknowledgement }) => [acknowledgement, nullifier]),
  );
  const nullifiers = new Set(answered.values());
  return {
    ofTarget: [...answersWithoutSpending(sides), ...unansweredFor(sides, answered), ...countsOfTarget(sides)],
    ofSource: [...otherAnswers(sides, answered), ...countsOfSource(sides, answered)],
    open: [...spent.side.real].flatMap(([value, batch]) => (nullifiers.has(value) ? [] : [batch])),
  };
}

/** Each names a value of the target's and one of the source's, and no acknowledgement is used twice. */
function answersWithoutSpending({ spent, acknowledged }: Sides): readonly Problem[] {
  const used = new Set<Hex>();
  return (acknowledged.account?.answers ?? []).flatMap(({ nullifier, acknowledgement }) => {
    const isSpent = spent.side.real.has(nullifier) || spent.side.tooNew.has(nullifier);
    const isThere = acknowledged.side.real.has(acknowledgement) && !used.has(acknowledgement);
    used.add(acknowledgement);
    if (!isThere) return [unmatched(acknowledgement, 'no acknowledgement of the target, or one used twice')];
    return isSpent ? [] : [unmatched(acknowledgement, 'it answers nothing that the source has spent')];
  });
}

function unansweredFor({ acknowledged, dueBefore }: Sides, answered: Answered): readonly Problem[] {
  return [...acknowledged.side.real].flatMap(([value, { block, timeSeconds }]) =>
    answered.has(value) || timeSeconds < dueBefore - SPOKEN_OF_SECONDS
      ? []
      : [{ ...unmatched(value, 'nobody says which conversion this acknowledgement answers'), block }],
  );
}

function countsOfTarget({ acknowledged: { account } }: Sides): readonly Problem[] {
  if (account === undefined) return [];
  const { accepted, refused, referred } = account.decisions;
  const decided = accepted + refused + referred;
  const written = account.batches.reduce((sum, { values }) => sum + values, 0);
  return decided === written
    ? []
    : [differ(`the service counts ${decided} decisions and ${written} acknowledgements`)];
}

function otherAnswers({ spent, acknowledged }: Sides, answered: Answered): readonly Problem[] {
  return (spent.account?.answers ?? []).flatMap(({ nullifier, acknowledgement }) =>
    answered.get(acknowledgement) === nullifier || acknowledged.side.tooNew.has(acknowledgement)
      ? []
      : [differ('the source has read an answer that the target does not give', acknowledgement)],
  );
}

function countsOfSource({ spent, acknowledged, dueBefore }: Sides, answered: Answered): readonly Problem[] {
  if (spent.account === undefined) return [];
  const { open, erased } = spent.account;
  const { real, tooNew } = spent.side;
  const known = [...answered].filter(([, nullifier]) => real.has(nullifier));
  const due = known.filter(
    ([value]) => (acknowledged.side.real.get(value)?.timeSeconds ?? dueBefore) < dueBefore,
  );
  const old = [...real].filter(([, { timeSeconds }]) => timeSeconds < dueBefore - SPOKEN_OF_SECONDS).length;
  const least = real.size - old - nullifiersIn(known) - acknowledged.side.tooNew.size;
  const most = real.size - nullifiersIn(due) + tooNew.size;
  // Of what was erased the source cannot read an answer any more.
  return open >= least && open <= most + erased
    ? []
    : [differ(`the source counts ${open} as not answered, by the target's answers ${most} are`)];
}

/** A referral and the officer's word on it answer the same one. */
function nullifiersIn(answers: readonly (readonly [Hex, Hex])[]): number {
  return new Set(answers.map(([, nullifier]) => nullifier)).size;
}

function unmatched(root: Hex, detail: string): Problem {
  return { code: 'CONVERSION_UNMATCHED', root, detail };
}

function differ(detail: string, root: Hex = NONE): Problem {
  return { code: 'CONVERSIONS_MISMATCHED', root, detail };
}
