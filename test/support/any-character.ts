/** Any Unicode character, as a unit for fast-check's strings; its own `binary` takes a second to set up. */
import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };
const LAST = 0x10_ffff;

export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(LAST - SURROGATES.count))
  .map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));
