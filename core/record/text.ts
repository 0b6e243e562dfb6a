/**
 * Text as records keep it: Unicode NFC, no space at its ends (a byte order mark counts as one), single spaces
 * within. Characters that print as nothing, or that reorder what is printed, are refused and never removed:
 * what is signed is what was sent. No expression runs over a text of any length: some need stack for every word.
 */

/** Longest text that is looked at, in UTF-16 units; the fields of a record allow far less. */
const MAX_TEXT_LENGTH = 1000;

/** Controls, format characters (bidirectional overrides, zero widths), private use, lone surrogates, U+FFFD. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/** Text that is its own normal form: most of what comes in. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

export function isTooLong(text: string): boolean {
  return text.length > MAX_TEXT_LENGTH;
}

/** The normal form; a text that {@link isTooLong} as it is. */
export function normaliseText(text: string): string {
  if (isTooLong(text) || PLAIN.test(text)) return text;
  return text
    .normalize('NFC')
    .trim()
    .replaceAll(/\p{Zs}+/gu, ' ');
}

/** For texts that are not {@link isTooLong}. */
export function hasForbiddenCharacter(text: string): boolean {
  return !PLAIN.test(text) && FORBIDDEN.test(text);
}
