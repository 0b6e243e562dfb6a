/**
 * The reference that a traveller keeps: ten characters of 31, digits and letters without `0 O 1 I L`, which people mix
 * up on paper. Nine are random (44.6 bits), the last is a check character:
 *
 *   sum of (i + 1) · value(i), i = 0 … 9, is divisible by 31
 *
 * 31 is a prime, so one wrong character or two that changed places never fit.
 */
import type { RandomBytes } from '../service/clock.ts';
import { BookingError } from './errors.ts';

export const REFERENCE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 10;
const SIZE = REFERENCE_ALPHABET.length;
/** Bytes from here on would make some characters likelier than others. */
const EVEN_BYTES = 256 - (256 % SIZE);
/** The inverse of 10, the last weight, modulo 31. */
const INVERSE_OF_LAST = 28;

export function makeReference(randomBytes: RandomBytes): string {
  const values: number[] = [];
  while (values.length < LENGTH - 1) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < EVEN_BYTES && values.length < LENGTH - 1) values.push(byte % SIZE);
    }
  }
  const check = ((SIZE - (weighted(values) % SIZE)) * INVERSE_OF_LAST) % SIZE;
  return [...values, check].map((value) => REFERENCE_ALPHABET[value]).join('');
}

/** The reference as it is kept, from what somebody typed; throws `BOOKING_REFERENCE_INVALID`. */
export function parseReference(text: string): string {
  const reference = text.replaceAll(/[\s-]/g, '').toUpperCase();
  const values = [...reference].map((character) => REFERENCE_ALPHABET.indexOf(character));
  if (values.length !== LENGTH || values.includes(-1) || weighted(values) % SIZE !== 0) {
    throw new BookingError(
      'BOOKING_REFERENCE_INVALID',
      'a reference has ten characters, and one is wrong here',
    );
  }
  return reference;
}

function weighted(values: readonly number[]): number {
  return values.reduce((sum, value, index) => sum + (index + 1) * value, 0);
}
