/** What the booking derives from one secret: names of people and requests that nobody can guess, and seeds of ballots. */
import { createHmac } from 'node:crypto';
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import type { Booking, Slot } from './booking.ts';

/** Kind, issuer and number of a document in its normal form (`core/record/documents.ts`). */
export interface TravelDocument {
  readonly docType: string;
  readonly docIssuer: string;
  readonly docNumber: string;
}

const NAME_DIGITS = 32;

export class BookingKeys {
  readonly #subject: Uint8Array;
  readonly #request: Uint8Array;
  readonly #ballot: Uint8Array;
  readonly #ticket: Uint8Array;

  /** @param secret 32 bytes */
  constructor(secret: Uint8Array) {
    const derive = (purpose: string): Uint8Array => hmac(secret, `hcl/booking/1/${purpose}`);
    this.#subject = derive('subject');
    this.#request = derive('request');
    this.#ballot = derive('ballot');
    this.#ticket = derive('ticket');
  }

  /** 32 hex digits. */
  ofDocument({ docType, docIssuer, docNumber }: TravelDocument): string {
    return nameOf(this.#subject, toCanonicalJson({ docIssuer, docNumber, docType }));
  }

  /** Of an idempotency key, or of what was asked under it; 32 hex digits. */
  ofRequest(text: string): string {
    return nameOf(this.#request, text);
  }

  /** What a party is drawn by: that of who books, another one in each draw; 32 hex digits. */
  ticketOf({ programme, port, date, party }: Slot & Pick<Booking, 'party'>): string {
    const subject = party[0]?.subject ?? '';
    return nameOf(this.#ticket, toCanonicalJson({ date, port, programme, subject }));
  }

  /** 32 bytes. It cannot be chosen: the slot and the secret say which it is. */
  seedOf({ programme, port, date }: Slot): Uint8Array {
    return hmac(this.#ballot, toCanonicalJson({ date, port, programme }));
  }
}

function nameOf(key: Uint8Array, text: string): string {
  return Buffer.from(hmac(key, text)).toString('hex').slice(0, NAME_DIGITS);
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest();
}
