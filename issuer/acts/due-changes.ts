/**
 * What has to change in the lists by an instant: every place of every act that is due is folded anew, and where the
 * lists say something else, that is a change. Folding what is not due any more finds nothing, so it may be done
 * again at any time.
 */
import type { StatusImage } from '../status-version.ts';
import type { PlaceChange } from '../status-changes.ts';
import type { ActHistory, HoldingAct } from './history.ts';
import { placeOf } from './place.ts';
import type { Proposals } from './proposals.ts';

export interface DueChanges {
  readonly changes: readonly PlaceChange[];
  /** There are more: they go into the next version. */
  readonly isCutShort: boolean;
}

export interface DueDependencies {
  readonly history: Pick<ActHistory, 'statusesAt'>;
  readonly proposals: Pick<Proposals, 'places'>;
  /** Changes in one version; smaller in tests. */
  readonly maxChanges?: number;
}

/** Bounds the memory of one version, and what an auditor has to read at once. */
export const MAX_CHANGES = 262_144;

/** @param due acts that may have changed something since `image` */
export async function dueChanges(
  due: readonly HoldingAct[],
  { image, atSeconds }: { readonly image: StatusImage; readonly atSeconds: number },
  { history, proposals, maxChanges = MAX_CHANGES }: DueDependencies,
): Promise<DueChanges> {
  const changes = new Map<number, PlaceChange>();
  for (const act of due) {
    for await (const places of proposals.places(act.number)) {
      if (changes.size >= maxChanges) return { changes: [...changes.values()], isCutShort: true };
      const statuses = await history.statusesAt(places, atSeconds);
      statuses.forEach(({ value, decidedBy }, i) => {
        // A status for each place.
        const place = places[i]!;
        const { list, index } = placeOf(place);
        const isChanged = (image.get(list)?.list.get(index) ?? 'valid') !== value;
        if (isChanged && decidedBy !== undefined) changes.set(place, { place, value, order: decidedBy });
      });
    }
  }
  return { changes: [...changes.values()], isCutShort: false };
}
