/**
 * Two spellings of a name, one on a credential and one on the document in hand: the same, nearly the same, or
 * different, and why. What one system writes differently by rule (a hyphen, an umlaut, a mask, a name that does not
 * fit its zone) is the same; what merely looks alike (order, another romanisation, a part left out) is near. Order
 * alone never makes a name different.
 */
import { parseName } from './name-parts.ts';
import { WAYS, type NameOptions, type NameReason } from './name-ways.ts';

export interface NameMatch {
  readonly result: 'match' | 'near' | 'different';
  /** 0 … 100: how much alike; for showing, nothing is decided by it. */
  readonly score: number;
  /** What was forgiven; empty: letter for letter the same. */
  readonly reasons: readonly NameReason[];
}

const COST: Readonly<Record<NameReason, number>> = {
  NAME_MASKED: 8,
  NAME_BREAKS: 1,
  NAME_TRANSLITERATION: 3,
  NAME_TRUNCATED: 6,
  NAME_ORDER: 12,
  NAME_PARTICLE: 12,
  NAME_PORTUGUESE_SPELLING: 18,
  NAME_CANTONESE_SPELLING: 22,
  NAME_PINYIN: 30,
  NAME_GIVEN_NOT_COMPARED: 25,
  NAME_PART_MISSING: 25,
  NAME_DIFFERENT: 90,
};

const FORGIVEN: ReadonlySet<NameReason> = new Set<NameReason>([
  'NAME_MASKED',
  'NAME_BREAKS',
  'NAME_TRANSLITERATION',
  'NAME_TRUNCATED',
]);

/**
 * @param shown the name on the credential, perhaps masked
 * @param inHand the name on the document: typed, or of a machine-readable zone (`CHAN<<TAI<MAN`)
 */
export function matchNames(shown: string, inHand: string, options: NameOptions = {}): NameMatch {
  const a = parseName(shown);
  const b = parseName(inHand);
  if (a.primary.length === 0 || b.primary.length === 0) return toMatch(['NAME_DIFFERENT']);
  for (const way of WAYS) {
    const reasons = way(a, b, options);
    if (reasons !== undefined) return toMatch(reasons);
  }
  return toMatch(['NAME_DIFFERENT']);
}

function toMatch(reasons: readonly NameReason[]): NameMatch {
  const score = reasons.reduce((left, reason) => left - COST[reason], 100);
  const result = reasons.includes('NAME_DIFFERENT')
    ? 'different'
    : reasons.every((reason) => FORGIVEN.has(reason))
      ? 'match'
      : 'near';
  return { result, score: Math.max(0, score), reasons };
}
