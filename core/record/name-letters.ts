/**
 * Latin letters as documents write them. A machine-readable zone has A to Z only; ICAO Doc 9303-3 §6 allows more
 * than one spelling for some letters, and Chinese passports write pinyin's Ü as YU:
 *
 *   MÜLLER → MULLER, MUELLER, MUXXLLER …      GÖẞINGER → GOSSINGER, GOESSINGER      O'CONNOR → OCONNOR
 */

/** Everything but the plain letter that is left when the accent is taken away; that spelling stands first where it exists. */
const SPELLINGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Ä', ['A', 'AE']],
  ['Å', ['A', 'AA']],
  ['Æ', ['AE']],
  ['Ð', ['D']],
  ['Đ', ['D']],
  ['Ə', ['E']],
  ['Ħ', ['H']],
  ['İ', ['I']],
  ['ı', ['I']],
  ['Ĳ', ['IJ']],
  ['Ł', ['L']],
  ['Ñ', ['N', 'NXX']],
  ['Ŋ', ['N']],
  ['Ö', ['O', 'OE']],
  ['Ø', ['O', 'OE']],
  ['Œ', ['OE']],
  ['ẞ', ['SS']],
  ['ß', ['SS']],
  ['Ŧ', ['T']],
  ['Þ', ['TH']],
  ['Ü', ['U', 'UE', 'UXX', 'YU', 'V']],
]);

/** Omitted without a break: D'SOUZA is one word. */
const APOSTROPHES = /['’‘`´ʼ]/g;
const MARKS = /\p{M}/gu;

/** Capitals without apostrophes; combining marks joined to their letters. */
export function toCapitals(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll('ß', 'ẞ')
    .toUpperCase()
    .normalize('NFC')
    .replaceAll(APOSTROPHES, '');
}

/** The plain letters, A to Z, with the accents taken away: `GÖSSINGER` → `GOSSINGER`. */
export function toPlainLetters(capitals: string): string {
  return spell(capitals, (spellings) => spellings[0] ?? '');
}

/** The spelling that the table prefers where it has more than one: `GÖSSINGER` → `GOESSINGER`. */
export function toZoneLetters(capitals: string): string {
  return spell(capitals, (spellings) => spellings[1] ?? spellings[0] ?? '');
}

/** Matches every spelling of `capitals`, whole; `*` matches one letter. */
export function spellingsPattern(capitals: string): RegExp {
  const source = Array.from(capitals, (letter) => {
    const spellings = SPELLINGS.get(letter);
    if (spellings !== undefined) return `(?:${spellings.join('|')})`;
    return letter === '*' ? String.raw`\p{L}` : escape(letter.normalize('NFD').replaceAll(MARKS, ''));
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}

/** Whether it has a letter that can be spelt in more than one way, or an accent. */
export function hasSpellings(capitals: string): boolean {
  return toPlainLetters(capitals) !== capitals;
}

function spell(capitals: string, choose: (spellings: readonly string[]) => string): string {
  return Array.from(capitals, (letter) => {
    const spellings = SPELLINGS.get(letter);
    return spellings === undefined ? letter.normalize('NFD').replaceAll(MARKS, '') : choose(spellings);
  }).join('');
}

function escape(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
