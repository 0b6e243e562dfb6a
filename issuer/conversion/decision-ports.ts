/** What a decision does in its own house: our own code is issued, and a booked place is used. */
import type { P256Jwk } from '../../core/credential/key.ts';
import type { Colour, Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import type { WriteBatch } from '../../service/store.ts';

/** A health code that follows from one of elsewhere, by a mapping. */
export interface StatusGrant {
  readonly subject: Subject;
  readonly holderKey: P256Jwk;
  readonly scheme: Scheme;
  readonly state: Colour;
  /** The mapping and its version. */
  readonly ruleId: string;
  readonly ruleVersion: number;
  /** The last second. */
  readonly validUntilSeconds: number;
  /** What it rests on: goes into a salted digest. */
  readonly basis: readonly string[];
}

export interface StatusPort {
  /** The colour that this house derives of the person from what it knows itself; `undefined`: it knows nothing. */
  ownColour(subject: Subject, scheme: Scheme): Promise<Colour | undefined>;
  /**
   * Issues the code in one synced batch with what `addTo` adds: both are on the disk when it resolves, or neither.
   * Throws what `RecordIssuer.issueDerived` throws.
   */
  issue(grant: StatusGrant, addTo: (batch: WriteBatch, recordId: string) => void): Promise<void>;
}

/** A booked place that is used when `batch` is on the disk; nobody else gets at it until it is disposed. */
export interface PlaceInUse extends AsyncDisposable {
  writeTo(batch: WriteBatch): void;
}

export interface QuotaPort {
  /** Throws when the booking is not for this, or was used. */
  consume(
    reference: string,
    use: {
      readonly subject: Subject;
      readonly port: string | undefined;
      readonly date: string | undefined;
      readonly conversion: string;
    },
  ): Promise<PlaceInUse>;
}
