/**
 * What is kept of a record: the record and its signed credentials, in one envelope bound to the issuer and the
 * record's number. Segments: canonical record, then for `venue` and for `travel` the protected header, the payload and
 * the signature; after these, for each code of another system that was asked for, the same three and a note, in
 * canonical JSON: `{"format":"hcert","handle":"…","kid":"…", …}`.
 */
import { parseCanonicalJson, toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { concatBytes } from '../core/bytes/concat.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { CredentialClaims, Profile } from '../core/credential/claims.ts';
import { invariant } from '../core/errors.ts';
import type { IssuableRecord } from '../core/record/derived.ts';
import { toUint64 } from '../service/big-endian.ts';
import type { Envelope } from '../service/envelope.ts';
import { packSegments, unpackSegments } from '../service/segments.ts';

/** The place of a credential in its record's entry. */
export const PROFILES: readonly [Profile, Profile] = ['venue', 'travel'];

/** Systems whose codes are made here too; see `foreign/format.ts`. */
export const FOREIGN_FORMATS = ['hcert', 'shc'] as const;
export type ForeignFormat = (typeof FOREIGN_FORMATS)[number];

/** What a credential is: one of the two of every record, or a code of another system. */
export type CredentialForm = Profile | ForeignFormat;

export interface SignedParts {
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** r ‖ s. */
  readonly signature: Uint8Array;
  /** Of a code of another system. */
  readonly foreign?: ForeignNote;
}

/** What the payload of a code of another system does not say, or not in our words. */
export interface ForeignNote {
  readonly format: ForeignFormat;
  /** 128 random bits; the payload holds them too, so that nobody guesses its commitment. */
  readonly handle: string;
  /** Thumbprint of the key that signed. */
  readonly kid: string;
  /** The code itself ends; absent: it does not. */
  readonly expiresAtSeconds?: number;
}

export interface RecordEntry {
  readonly recordBytes: Uint8Array;
  /** In the order of {@link PROFILES}, then codes of other systems in the order in which they were made. */
  readonly credentials: readonly SignedParts[];
}

const OWN_SEGMENTS = 1 + PROFILES.length * 3;
const FOREIGN_SEGMENTS = 4;

export class RecordSealer {
  readonly #envelope: Envelope;
  readonly #aad: Uint8Array;

  constructor(envelope: Envelope, did: string) {
    this.#envelope = envelope;
    this.#aad = toUtf8(`hcl/record/1\0${did}\0`);
  }

  seal(number: number, { recordBytes, credentials }: RecordEntry): Uint8Array {
    const parts = credentials.flatMap(({ headerBytes, payloadBytes, signature, foreign }) => [
      headerBytes,
      payloadBytes,
      signature,
      ...(foreign === undefined ? [] : [toUtf8(toCanonicalJson(foreign))]),
    ]);
    return this.#envelope.seal(packSegments([recordBytes, ...parts]), this.#aadOf(number));
  }

  open(number: number, sealed: Uint8Array): RecordEntry {
    const segments = unpackSegments(this.#envelope.open(sealed, this.#aadOf(number)));
    const foreign = (segments.length - OWN_SEGMENTS) / FOREIGN_SEGMENTS;
    invariant(Number.isInteger(foreign) && foreign >= 0, 'a record entry has all its segments');
    // The number of segments has just been checked.
    const at = (index: number): Uint8Array => segments[index]!;
    const partsAt = (first: number): SignedParts => ({
      headerBytes: at(first),
      payloadBytes: at(first + 1),
      signature: at(first + 2),
    });
    const own = PROFILES.map((_, place) => partsAt(1 + 3 * place));
    const others = Array.from({ length: foreign }, (_, i) => {
      const first = OWN_SEGMENTS + FOREIGN_SEGMENTS * i;
      return { ...partsAt(first), foreign: noteOf(at(first + 3)) };
    });
    return { recordBytes: at(0), credentials: [...own, ...others] };
  }

  /** The same entry under the newest epoch. */
  rewrap(number: number, sealed: Uint8Array): Uint8Array {
    return this.#envelope.rewrap(sealed, this.#aadOf(number));
  }

  #aadOf(number: number): Uint8Array {
    return concatBytes(this.#aad, toUint64(number));
  }
}

function noteOf(bytes: Uint8Array): ForeignNote {
  // Sealed, so it is what `seal` wrote.
  return parseCanonicalJson(bytes) as unknown as ForeignNote;
}

/** The two credentials that every record has. */
export function ownCredentials({ credentials }: Pick<RecordEntry, 'credentials'>): readonly SignedParts[] {
  return credentials.slice(0, PROFILES.length);
}

/** @param place in the record's entry */
export function formOf({ foreign }: SignedParts, place: number): CredentialForm {
  const form = foreign?.format ?? PROFILES[place];
  invariant(form !== undefined, 'places are those of PROFILES, then of codes of other systems');
  return form;
}

export function handleOf(parts: SignedParts): string {
  return parts.foreign?.handle ?? claimsOf(parts).jti;
}

/** Our own payloads, sealed since we made them: no need to check them again. */
export function claimsOf(parts: SignedParts): CredentialClaims {
  return parseCanonicalJson(parts.payloadBytes) as unknown as CredentialClaims;
}

/** As {@link claimsOf}. */
export function recordOf(entry: RecordEntry): IssuableRecord {
  return parseCanonicalJson(entry.recordBytes) as unknown as IssuableRecord;
}
