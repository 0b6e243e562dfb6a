/**
 * Text as records keep it: Unicode NFC, no space at its ends (a byte order mark counts as one), single spaces
 * within. Characters that print as nothing, or that reorder what is printed, are refused and never removed:
 * what is signed is what was sent.
 */

/** Controls, format characters (bidirectional overrides, zero widths), private use, lone surrogates, U+FFFD. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/** Text that is its own normal form: most of what comes in. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

export function normaliseText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFC')
    .trim()
    .replaceAll(/\p{Zs}+/gu, ' ');
}

export function hasForbiddenCharacter(text: string): boolean {
  return !PLAIN.test(text) && FORBIDDEN.test(text);
}
