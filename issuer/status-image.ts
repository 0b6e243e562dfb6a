/** The lists after some version: what a version says, made from the one before and its changes. */
import { invariant } from '../core/errors.ts';
import { StatusList } from '../core/status/token-status-list.ts';
import { placeOf } from './acts/place.ts';
import { LIST_SIZE } from './list-allocator.ts';
import type { PlaceChange } from './status-changes.ts';
import type { ListImage, StatusImage } from './status-version.ts';

export const NO_IMAGE: StatusImage = new Map();

export interface Step {
  /** Number of the version. */
  readonly number: number;
  readonly listCount: number;
  readonly changes: readonly PlaceChange[];
}

/** The image after `changes`, with empty lists for the new ones; only what changed gets the new number. */
export function nextImage(before: StatusImage, { number, listCount, changes }: Step): StatusImage {
  const after = new Map<number, ListImage>(before);
  for (let list = 1; list <= listCount; list++) {
    if (!after.has(list)) after.set(list, { version: number, list: StatusList.empty(LIST_SIZE) });
  }
  for (const [list, rows] of Map.groupBy(changes, ({ place }) => placeOf(place).list)) {
    const image = after.get(list);
    invariant(image !== undefined, 'a change is one of a list that is there');
    const changed = rows.map(({ place, value }) => ({ index: placeOf(place).index, value }));
    after.set(list, { version: number, list: image.list.withAll(changed) });
  }
  return after;
}
