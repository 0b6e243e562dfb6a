/**
 * Names and document numbers as printed on Hong Kong's vaccination records: enough to compare with a person
 * and a document at hand. Masking hides from a doorkeeper's eye; it does not protect a number from guessing.
 *
 *   CHAN, TAI MAN → CHAN, T** M**      陳大文 → 陳**      A123456(7) → ****456(7)
 */
const HAN = /\p{Script=Han}/u;
const SHOWN_OF_A_DOCUMENT = 4;

/**
 * Latin: the first word whole, of each later word the first letter. Chinese: the first character. Every other
 * letter becomes `*`; commas, spaces and dashes stay.
 */
export function maskName(name: string): string {
  if (HAN.test(name)) {
    const [first = '', ...rest] = name;
    return first + maskLetters(rest.join(''));
  }
  const [surname = '', ...words] = name.split(' ');
  return [surname, ...words.map(maskWord)].join(' ');
}

/** The last four letters and digits stay, the ones before become `*`; brackets, dashes and slashes stay. */
export function maskDocument(number: string): string {
  const shownFrom = [...number.matchAll(/[\p{L}\p{N}]/gu)].at(-SHOWN_OF_A_DOCUMENT)?.index ?? 0;
  return maskLetters(number.slice(0, shownFrom)) + number.slice(shownFrom);
}

function maskWord(word: string): string {
  const [first = ''] = /^\P{L}*\p{L}\p{M}*/u.exec(word) ?? [];
  return first + maskLetters(word.slice(first.length));
}

/** A letter takes its combining marks and variation selectors with it. */
function maskLetters(text: string): string {
  return text.replaceAll(/[\p{L}\p{N}]\p{M}*/gu, '*');
}
