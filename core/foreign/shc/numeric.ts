/**
 * The numeric form of a SMART Health Card: each character of the JWS as two digits, its code less 45, after `shc:/`.
 * Long cards were once spread over several codes, `shc:/<number>/<of>/…`; such parts are read together, one a line.
 */
import { allocate } from '../../bytes/allocate.ts';
import { asciiToText } from '../../bytes/ascii.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { ForeignError } from '../errors.ts';

/** What comes before the digits. */
const START = /^shc:\/(?:(\d{1,2})\/(\d{1,2})\/)?/i;
const PART = /^shc:\/(\d{1,2})\/(\d{1,2})\/(?:\d\d)+$/i;
const MAX_PARTS = 20;
const MAX_CHARACTERS = 60_000;
const OFFSET = 45;
const ZERO = 48;
/** `z`, the highest character of a JWS. */
const HIGHEST = 122 - OFFSET;

interface Part {
  readonly number: number;
  readonly of: number;
  readonly characters: string;
}

/** The JWS in a code, or in all parts of one. Throws `CODE_INCOMPLETE`, `CODE_MALFORMED`, `CODE_TOO_LONG`. */
export function jwsOfNumeric(text: string): string {
  if (text.length > MAX_CHARACTERS)
    throw new ForeignError('CODE_TOO_LONG', 'longer than all parts of a card');
  const parts = text
    .split(/\s+/)
    .filter((part) => part !== '')
    .map(parsePart);
  const [first] = parts;
  if (first === undefined) throw malformed('no digits');
  const inOrder = parts.toSorted((a, b) => a.number - b.number);
  if (parts.some(({ of }) => of !== first.of)) throw malformed('parts of different cards');
  if (inOrder.some(({ number }, i) => i > 0 && number === inOrder[i - 1]?.number))
    throw malformed('a part twice');
  if (parts.length < first.of) throw new ForeignError('CODE_INCOMPLETE', 'a part of a card is missing');
  return inOrder.map(({ characters }) => characters).join('');
}

/** Which part of how many a code is; `undefined` for one that is whole, or none. */
export function partOf(text: string): { readonly number: number; readonly of: number } | undefined {
  const [, number, of] = PART.exec(text) ?? [];
  return number === undefined || Number(of) < 2 ? undefined : { number: Number(number), of: Number(of) };
}

function parsePart(text: string): Part {
  const [start, number = '1', of = '1'] = START.exec(text) ?? [];
  if (start === undefined) throw malformed('not its prefix');
  const part = { number: Number(number), of: Number(of), characters: charactersOf(text.slice(start.length)) };
  if (part.number < 1 || part.number > part.of || part.of > MAX_PARTS) throw malformed('a part out of range');
  return part;
}

/** Reads bytes, and sees on the way whether they are digits: a pattern for this takes longer than all else here. */
function charactersOf(text: string): string {
  const digits = toUtf8(text);
  if (digits.length === 0 || digits.length % 2 !== 0) throw malformed('not an even number of digits');
  const codes = allocate(digits.length / 2);
  for (let i = 0, at = 0; at < codes.length; i += 2, at++) {
    // Two bytes for each code.
    const tens = digits[i]! - ZERO;
    const ones = digits[i + 1]! - ZERO;
    // Below zero is above nine, unsigned.
    if (tens >>> 0 > 9 || ones >>> 0 > 9) throw malformed('something else than digits');
    const value = tens * 10 + ones;
    if (value > HIGHEST) throw malformed('a pair of digits that is no character');
    codes[at] = value + OFFSET;
  }
  return asciiToText(codes);
}

/** The numeric form of a JWS. */
export function numericOf(jws: string): string {
  const digits = Array.from(jws, (character) => String(character.charCodeAt(0) - OFFSET).padStart(2, '0'));
  return `shc:/${digits.join('')}`;
}

function malformed(what: string): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a SMART Health Card: ${what}`);
}
