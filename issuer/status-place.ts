/**
 * Where the status of a stored credential stands. A code of another system names no entry of a list, and has that of
 * the travel credential: both show the whole identity, and whatever happens to one happens to the other at once.
 */
import { invariant } from '../core/errors.ts';
import type { StatusPlace } from './acts/place.ts';
import type { ListAllocator } from './list-allocator.ts';
import { claimsOf, PROFILES, type RecordEntry } from './record-entry.ts';

/** The one of our own two whose status the credential at `place` has. */
export function statusBearer(place: number): number {
  return Math.min(place, PROFILES.length - 1);
}

/** @param place of the credential in the record's entry */
export function statusPlaceOf(
  { credentials }: RecordEntry,
  place: number,
  lists: Pick<ListAllocator, 'numberOf'>,
): StatusPlace {
  const bearer = credentials[statusBearer(place)];
  invariant(bearer !== undefined, 'a record has a credential for each profile');
  const { idx, uri } = claimsOf(bearer).status.status_list;
  const list = lists.numberOf(uri);
  invariant(list !== undefined, 'our credentials name our lists');
  return { list, index: idx };
}
