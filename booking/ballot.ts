/**
 * A draw that anyone can do again. Before the first entry the service publishes `commitment` = SHA-256(seed); when the
 * window is closed it publishes the seed and who had entered, by number and size of the party. Entries are ranked by
 *
 *   SHA-256("hcl/ballot/2\0" ‖ seed 32 ‖ ticket 16)
 *
 * smallest first, and each is given places while there are enough; a party that does not fit any more is passed over. The
 * ticket is that of the person who booked, the same however often they enter: nobody comes to another one by trying.
 */
import { concatBytes } from '../core/bytes/concat.ts';
import { compareBytes } from '../core/bytes/compare.ts';
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { Crypto } from '../core/crypto.ts';
import type { Slot } from './booking.ts';

/** A booking that waits for the draw. */
export interface BallotEntry {
  readonly number: number;
  readonly people: number;
  /** 32 hex digits: `BookingKeys.ticketOf`. */
  readonly ticket: string;
}

export interface Draw {
  readonly seed: Hex;
  /** People who may win. */
  readonly places: number;
  readonly entries: readonly BallotEntry[];
}

export interface Ballot extends Slot {
  readonly commitment: Hex;
  /** When the window closes, Unix seconds. */
  readonly closesAt: number;
  readonly draw?: Draw;
}

type Hash = Pick<Crypto, 'sha256'>;

const DOMAIN = toUtf8('hcl/ballot/2\0');

export function commitmentOf(seed: Uint8Array, { sha256 }: Hash): Hex {
  return toHex(sha256(seed));
}

/** The numbers of those who win, in the order of the draw. */
export function winnersOf({ seed, places, entries }: Draw, { sha256 }: Hash): readonly number[] {
  const bytes = fromHex(seed);
  const ranked = entries
    .map((entry) => ({ ...entry, rank: sha256(concatBytes(DOMAIN, bytes, fromHex(`0x${entry.ticket}`))) }))
    .sort((a, b) => compareBytes(a.rank, b.rank));
  const winners: number[] = [];
  let left = places;
  for (const { number, people } of ranked) {
    if (people > left) continue;
    winners.push(number);
    left -= people;
  }
  return winners;
}

/** Whether the seed of a draw is the one that was committed to. */
export function isSeedCommitted(commitment: Hex, seed: Hex, { sha256 }: Hash): boolean {
  return commitmentOf(fromHex(seed), { sha256 }) === commitment;
}
