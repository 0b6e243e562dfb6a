/** The ways in which two spellings may be one name, from what forgives least, each with its reasons. */
import { hasSpellings, spellingsPattern, toPlainLetters, toZoneLetters } from './name-letters.ts';
import { isMasked, type NameParts } from './name-parts.ts';
import {
  cantoneseSkeleton,
  isFamilyNameInPinyin,
  isSameCantoneseFamilyName,
  PARTICLES,
  portugueseSkeleton,
} from './romanisation.ts';

export const NAME_REASONS = [
  'NAME_MASKED',
  'NAME_BREAKS',
  'NAME_TRANSLITERATION',
  'NAME_TRUNCATED',
  'NAME_ORDER',
  'NAME_PARTICLE',
  'NAME_PORTUGUESE_SPELLING',
  'NAME_CANTONESE_SPELLING',
  'NAME_PINYIN',
  'NAME_GIVEN_NOT_COMPARED',
  'NAME_PART_MISSING',
  'NAME_DIFFERENT',
] as const;
export type NameReason = (typeof NAME_REASONS)[number];

export interface NameOptions {
  /** The second name fills its machine-readable zone: it may have been cut. */
  readonly isTruncated?: boolean;
}

/** A way in which two names may be one; `undefined`: not in this way. From what forgives least. */
export type Way = (a: NameParts, b: NameParts, options: NameOptions) => readonly NameReason[] | undefined;

export const WAYS: readonly Way[] = [
  partByPart,
  truncated,
  otherOrder,
  withoutParticles,
  (a, b) => alike(a, b, portugueseSkeleton, 'NAME_PORTUGUESE_SPELLING'),
  (a, b) => alike(a, b, cantoneseSkeleton, 'NAME_CANTONESE_SPELLING'),
  partMissing,
  inPinyin,
];

function partByPart(a: NameParts, b: NameParts): readonly NameReason[] | undefined {
  if (a.isSplit && b.isSplit) return both(words(a.primary, b.primary), words(a.secondary, b.secondary));
  return words([...a.primary, ...a.secondary], [...b.primary, ...b.secondary]);
}

/** ICAO Doc 9303-3 §4.6: what does not fit is cut: words at their end, then whole words. */
function truncated(
  a: NameParts,
  b: NameParts,
  { isTruncated }: NameOptions,
): readonly NameReason[] | undefined {
  if (isTruncated !== true || isMasked(a)) return undefined;
  const isStart = (whole: readonly string[], cut: readonly string[]): boolean =>
    cut.length <= whole.length &&
    cut.every((word, i) =>
      [toPlainLetters, toZoneLetters].some((spell) => spell(whole[i] ?? '').startsWith(word)),
    );
  if (!isStart(a.primary, b.primary) || !isStart(a.secondary, b.secondary)) return undefined;
  return a.isSplit === b.isSplit || b.secondary.length === 0 ? ['NAME_TRUNCATED'] : undefined;
}

/** Family name last, or the words in any order. */
function otherOrder(a: NameParts, b: NameParts): readonly NameReason[] | undefined {
  const swapped = words([...a.secondary, ...a.primary], [...b.primary, ...b.secondary]);
  const found = swapped ?? sameWords([...a.primary, ...a.secondary], [...b.primary, ...b.secondary]);
  return found === undefined ? undefined : ['NAME_ORDER', ...found];
}

function withoutParticles(a: NameParts, b: NameParts): readonly NameReason[] | undefined {
  const plain = (parts: NameParts): NameParts => ({
    primary: parts.primary.filter((word) => !PARTICLES.has(word)),
    secondary: parts.secondary.filter((word) => !PARTICLES.has(word)),
    isSplit: parts.isSplit,
  });
  const found = partByPart(plain(a), plain(b)) ?? otherOrder(plain(a), plain(b));
  return found === undefined ? undefined : ['NAME_PARTICLE', ...found];
}

function alike(
  a: NameParts,
  b: NameParts,
  skeleton: (letters: string) => string,
  reason: NameReason,
): readonly NameReason[] | undefined {
  if (isMasked(a) || isMasked(b)) return undefined;
  const bones = (list: readonly string[]): string => skeleton(list.map(toPlainLetters).join(''));
  const isSame = (one: NameParts, other: NameParts): boolean =>
    (bones(one.primary) === bones(other.primary) ||
      (reason === 'NAME_CANTONESE_SPELLING' &&
        isSameCantoneseFamilyName(one.primary.join(''), other.primary.join('')))) &&
    bones(one.secondary) === bones(other.secondary);
  if (isSame(a, b)) return [reason];
  if (isSame({ ...a, primary: a.secondary, secondary: a.primary }, b)) return [reason, 'NAME_ORDER'];
  const whole = ({ primary, secondary }: NameParts): string => bones([...primary, ...secondary]);
  return !(a.isSplit && b.isSplit) && whole(a) === whole(b) ? [reason] : undefined;
}

/** One has all the words of the other, the family name among them. */
function partMissing(a: NameParts, b: NameParts): readonly NameReason[] | undefined {
  const [short, long] = wordsIn(a) <= wordsIn(b) ? [a, b] : [b, a];
  const known = [...short.primary, ...short.secondary];
  const left = [...long.primary, ...long.secondary];
  for (const word of known) {
    const place = left.findIndex((other) => words([word], [other]) !== undefined);
    if (place === -1) return undefined;
    left.splice(place, 1);
  }
  const hasFamilyName = long.primary.every((part) =>
    known.some((word) => words([word], [part]) !== undefined),
  );
  return known.length > 1 && hasFamilyName ? ['NAME_PART_MISSING'] : undefined;
}

/** Cantonese and pinyin: the table tells of family names; given names in the two cannot be compared by letters. */
function inPinyin(a: NameParts, b: NameParts): readonly NameReason[] | undefined {
  if (!a.isSplit || !b.isSplit || isMasked(a)) return undefined;
  if (!isFamilyNameInPinyin(a.primary.join(''), b.primary.join(''))) return undefined;
  const given = words(a.secondary, b.secondary);
  const hasOwnSpelling = a.primary.join('') !== b.primary.join('');
  return given === undefined && !hasOwnSpelling
    ? undefined
    : ['NAME_PINYIN', ...(given ?? ['NAME_GIVEN_NOT_COMPARED'])];
}

/** Both lists joined are one text in some spelling; the reasons say in which. */
function words(a: readonly string[], b: readonly string[]): readonly NameReason[] | undefined {
  const [shown, inHand] = [a.join(''), b.join('')];
  const breaks: readonly NameReason[] =
    a.length === b.length && a.every((word, i) => word.length === b[i]?.length) ? [] : ['NAME_BREAKS'];
  if (shown === inHand) return breaks;
  if (shown.includes('*')) return isSpelt(shown, inHand) ? ['NAME_MASKED'] : undefined;
  if (!isSpelt(shown, inHand) && !isSpelt(inHand, shown)) return undefined;
  return ['NAME_TRANSLITERATION', ...(a.length === b.length ? [] : (['NAME_BREAKS'] as const))];
}

/** The same words, each once, in any order. */
function sameWords(a: readonly string[], b: readonly string[]): readonly NameReason[] | undefined {
  if (a.length !== b.length || a.length === 0) return undefined;
  const left = [...b];
  const reasons = new Set<NameReason>();
  for (const word of a) {
    const place = left.findIndex((other) => words([word], [other]) !== undefined);
    if (place === -1) return undefined;
    const [other = ''] = left.splice(place, 1);
    for (const reason of words([word], [other]) ?? []) reasons.add(reason);
  }
  return [...reasons];
}

function isSpelt(pattern: string, text: string): boolean {
  if (!pattern.includes('*') && !hasSpellings(pattern) && !hasSpellings(text)) return false;
  const written = spellingsPattern(pattern);
  return written.test(text) || written.test(toPlainLetters(text)) || written.test(toZoneLetters(text));
}

function both(
  a: readonly NameReason[] | undefined,
  b: readonly NameReason[] | undefined,
): readonly NameReason[] | undefined {
  return a === undefined || b === undefined ? undefined : [...new Set([...a, ...b])];
}

function wordsIn({ primary, secondary }: NameParts): number {
  return primary.length + secondary.length;
}
