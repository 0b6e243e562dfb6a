/** The forms in which a secret or a fact could lie about, and a search for them. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { FoundBytes } from './level-files.ts';

export interface Needle {
  /** What it is, without saying what it says. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** As it is, as text in the usual encodings, and as UTF-16. */
export function spellingsOf({ label, bytes }: Needle): readonly Needle[] {
  const raw = Buffer.from(bytes);
  const texts = [
    { form: 'hex', text: raw.toString('hex') },
    { form: 'HEX', text: raw.toString('hex').toUpperCase() },
    ...base64Forms(raw),
  ];
  const isText = Buffer.from(raw.toString('utf8')).equals(raw);
  return [
    { label, bytes: raw },
    ...texts.map(({ form, text }) => ({ label: `${label} as ${form}`, bytes: Buffer.from(text) })),
    ...(isText ? [{ label: `${label} as UTF-16`, bytes: Buffer.from(raw.toString('utf8'), 'utf16le') }] : []),
  ];
}

/** Digests that anyone can make of a guess. */
export function unsaltedHashesOf({ label, bytes }: Needle): readonly Needle[] {
  const sha256 = createHash('sha256').update(bytes).digest();
  return [
    { label: `SHA-256 of ${label}`, bytes: sha256 },
    { label: `Keccak-256 of ${label}`, bytes: keccak_256(bytes) },
  ];
}

/**
 * What stands in a base64 text however the bytes before it fall: the middle of each of its three alignments,
 * in both alphabets.
 */
function base64Forms(raw: Buffer): readonly { readonly form: string; readonly text: string }[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), raw])
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters hold what came before, the last may hold what comes after.
    const middle = text.slice(Math.ceil((shift * 4) / 3), (raw.length + shift) % 3 === 0 ? undefined : -1);
    if (middle.length < 8) return [];
    const url = middle.replaceAll('+', '-').replaceAll('/', '_');
    const forms = [{ form: `base64 (${shift})`, text: middle }];
    return url === middle ? forms : [...forms, { form: `base64url (${shift})`, text: url }];
  });
}

/** Needles are looked up by so many first bytes: as a number that a double holds exactly. */
const PREFIX_BYTES = 6;
const PREFIX_MODULUS = 2 ** (8 * (PREFIX_BYTES - 1));

/**
 * The labels of all needles that are somewhere in the hay, with the file. One walk over the hay, whatever the
 * number of needles. Throws for one of less than six bytes: it would be found by chance.
 */
export function hitsOf(needles: readonly Needle[], hay: readonly FoundBytes[]): readonly string[] {
  const byPrefix = Map.groupBy(needles, prefixOf);
  const hits = new Set<string>();
  for (const { name, bytes } of hay) {
    let prefix = 0;
    for (let end = 1; end <= bytes.length; end++) {
      prefix = (prefix % PREFIX_MODULUS) * 256 + (bytes[end - 1] ?? 0);
      const start = end - PREFIX_BYTES;
      if (start < 0) continue;
      for (const needle of byPrefix.get(prefix) ?? []) {
        const there = bytes.subarray(start, start + needle.bytes.length);
        if (there.equals(needle.bytes)) hits.add(`${needle.label} in ${name.split('/').at(-1)}`);
      }
    }
  }
  return [...hits];
}

function prefixOf({ label, bytes }: Needle): number {
  if (bytes.length < PREFIX_BYTES) throw new Error(`${label} is too short to be searched for`);
  return bytes.subarray(0, PREFIX_BYTES).reduce((value, byte) => value * 256 + byte, 0);
}
