/**
 * What is kept of a record: the record and its two signed credentials, in one envelope bound to the issuer
 * and the record's number. Segments: canonical record, then for `venue` and for `travel` the protected
 * header, the payload and the signature.
 */
import { parseCanonicalJson } from '../core/bytes/canonical-json.ts';
import { concatBytes } from '../core/bytes/concat.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { CredentialClaims, Profile } from '../core/credential/claims.ts';
import { invariant } from '../core/errors.ts';
import type { HealthRecord } from '../core/record/record.ts';
import { toUint64 } from '../service/big-endian.ts';
import type { Envelope } from '../service/envelope.ts';
import { packSegments, unpackSegments } from '../service/segments.ts';

/** The place of a credential in its record's entry. */
export const PROFILES: readonly [Profile, Profile] = ['venue', 'travel'];

export interface SignedParts {
  readonly headerBytes: Uint8Array;
  readonly payloadBytes: Uint8Array;
  /** r ‖ s. */
  readonly signature: Uint8Array;
}

export interface RecordEntry {
  readonly recordBytes: Uint8Array;
  /** In the order of {@link PROFILES}. */
  readonly credentials: readonly SignedParts[];
}

const SEGMENTS = 1 + PROFILES.length * 3;

export class RecordSealer {
  readonly #envelope: Envelope;
  readonly #aad: Uint8Array;

  constructor(envelope: Envelope, did: string) {
    this.#envelope = envelope;
    this.#aad = toUtf8(`hcl/record/1\0${did}\0`);
  }

  seal(number: number, { recordBytes, credentials }: RecordEntry): Uint8Array {
    const parts = credentials.flatMap((one) => [one.headerBytes, one.payloadBytes, one.signature]);
    return this.#envelope.seal(packSegments([recordBytes, ...parts]), this.#aadOf(number));
  }

  open(number: number, sealed: Uint8Array): RecordEntry {
    const segments = unpackSegments(this.#envelope.open(sealed, this.#aadOf(number)));
    invariant(segments.length === SEGMENTS, 'a record entry has all its segments');
    // The number of segments has just been checked.
    const at = (index: number): Uint8Array => segments[index]!;
    const credentials = PROFILES.map((_, place) => ({
      headerBytes: at(1 + 3 * place),
      payloadBytes: at(2 + 3 * place),
      signature: at(3 + 3 * place),
    }));
    return { recordBytes: at(0), credentials };
  }

  /** The same entry under the newest epoch. */
  rewrap(number: number, sealed: Uint8Array): Uint8Array {
    return this.#envelope.rewrap(sealed, this.#aadOf(number));
  }

  #aadOf(number: number): Uint8Array {
    return concatBytes(this.#aad, toUint64(number));
  }
}

/** Our own payloads, sealed since we made them: no need to check them again. */
export function claimsOf(parts: SignedParts): CredentialClaims {
  return parseCanonicalJson(parts.payloadBytes) as unknown as CredentialClaims;
}

/** As {@link claimsOf}. */
export function recordOf(entry: RecordEntry): HealthRecord {
  return parseCanonicalJson(entry.recordBytes) as unknown as HealthRecord;
}
