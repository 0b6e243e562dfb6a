/**
 * Names and document numbers as printed on Hong Kong's vaccination records: enough to compare with a person
 * and a document at hand, too little to know somebody from it.
 *
 *   CHAN, TAI MAN → CHAN, T** M**      陳大文 → 陳**      A123456(7) → ****456(7)
 */

const SHOWN_CHARACTERS = 4;

/** First word whole, of later words the first letter; Chinese: the first character. Other marks stay. */
export function maskName(name: string): string {
  const words = name.split(/([\s,]+)/u);
  return words.map((word, i) => (i === 0 && !isHan(word) ? word : maskWord(word))).join('');
}

function maskWord(word: string): string {
  const characters = [...word];
  let seen = 0;
  return characters.map((character) => (isLetter(character) && seen++ > 0 ? '*' : character)).join('');
}

/** The last four letters and digits stay, the ones before become `*`; brackets, dashes and slashes stay. */
export function maskDocument(number: string): string {
  const characters = [...number];
  let shown = characters.filter(isAlphanumeric).length;
  return characters
    .map((character) => (isAlphanumeric(character) && shown-- > SHOWN_CHARACTERS ? '*' : character))
    .join('');
}

function isHan(word: string): boolean {
  return /^\p{Script=Han}/u.test(word);
}

function isLetter(character: string): boolean {
  return /^\p{L}/u.test(character);
}

function isAlphanumeric(character: string): boolean {
  return /^[\p{L}\p{N}]$/u.test(character);
}
