/** What a decision does in its own house: our own code is issued, and a booked place is used. */
import type { P256Jwk } from '../../core/credential/key.ts';
import type { OwnColour } from '../../core/conversion/evaluate.ts';
import type { Colour, Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import type { WriteBatch } from '../../service/store.ts';

/** A health code of ours for somebody who comes with one of elsewhere. */
export interface StatusGrant {
  readonly subject: Subject;
  readonly holderKey: P256Jwk;
  readonly scheme: Scheme;
  /** What the conversion comes to; the house must derive the same. */
  readonly state: Colour;
  /** The last second. */
  readonly validUntilSeconds: number;
  /** What it rests on: goes into a salted digest. */
  readonly basis: readonly string[];
}

export interface StatusPort {
  /** Whether all that this house holds under the person's documents is of the very person. */
  isAllOf(subject: Subject): Promise<boolean>;
  /** The colour that this house derives of the person from what it knows itself; `undefined`: a person must say it. */
  ownColour(subject: Subject, scheme: Scheme): Promise<OwnColour | undefined>;
  /**
   * Issues the code in one synced batch with what `addTo` adds: both are on the disk when it resolves, or neither.
   * Throws `HEALTH_COLOUR_DIFFERS` when the colour has become another one, `HEALTH_OTHER_PERSON` when the document has
   * become another's, and what `RecordIssuer.issueDerived` throws.
   */
  issue(grant: StatusGrant, addTo: (batch: WriteBatch, recordId: string) => void): Promise<void>;
}

/** A booked place that is used when `batch` is on the disk; nobody else gets at it until it is disposed. */
export interface PlaceInUse extends AsyncDisposable {
  writeTo(batch: WriteBatch): void;
}

export interface QuotaPort {
  /**
   * A place of the person's, for this port (none: for no booking) and this date (none: today). The same conversion again
   * is the same use. Throws `BookingError`s when the booking is not for this, or was used.
   */
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
