/**
 * The short way to what is new. For each state that devices may hold a publisher has one file that leads on from it,
 * named by the size of its log, so who holds something asks for that and for no index:
 *
 *   deltas/<size>.hclb   to the latest state; from one that is not of this hour, to the first of the hour after it
 *   hours/<size>.hclb    to the first state of an hour: few bytes for who asks seldom
 *
 * From where a file leads another one leads on. Where there is none any more, the index helps (`update-bundle.ts`).
 */
import { acceptBundle } from './accept-bundle.ts';
import type { BundleState } from './bundle-state.ts';
import type { AcceptContext } from './signed-head.ts';

export const DELTA_LINES = ['deltas', 'hours'] as const;

export type DeltaLine = (typeof DELTA_LINES)[number];

/** The bytes of a file, by its path; `undefined`: there is no such file. */
export type FindFile = (path: string) => Promise<Uint8Array | undefined>;

export interface FollowContext extends AcceptContext {
  readonly find: FindFile;
  /** Absent: to the latest state. */
  readonly line?: DeltaLine;
}

export interface FollowedDelta {
  readonly delta: Uint8Array;
  /** What is held then. */
  readonly next: BundleState;
}

/** Two lead to the latest, unless the publisher was away. */
const MAX_DELTAS = 8;
const HOUR = 3600;
/** Younger than this is as young as it gets: publishers sign every minute, or a few. */
const YOUNG_SECONDS: Readonly<Record<DeltaLine, number>> = { deltas: 600, hours: HOUR + 600 };

/** @param size of the log of the state that it is a change to */
export function deltaPath(line: DeltaLine, size: number): string {
  return `${line}/${size}.hclb`;
}

/**
 * One after the other what leads on from `held`; none: it is the latest. `undefined`: nothing leads on from there, or not
 * any more. Rejects with a `BundleError`, or with what `find` rejects with.
 */
export async function followDeltas(
  held: BundleState,
  { find, line = 'deltas', ...context }: FollowContext,
): Promise<readonly FollowedDelta[] | undefined> {
  const followed: FollowedDelta[] = [];
  let state = held;
  while (followed.length < MAX_DELTAS) {
    const delta = await findDelta(state, line, find);
    if (delta === undefined) return followed.length === 0 ? undefined : followed;
    const next = await acceptBundle(delta, state, context);
    if (next.note === state.note) break;
    followed.push({ delta, next });
    if (next.timeSeconds > context.nowSeconds - YOUNG_SECONDS[line]) break;
    state = next;
  }
  return followed;
}

/** A state that is newer than the hour, or from before a publisher began anew, has none to an hour. */
async function findDelta(
  { checkpoint: { size } }: BundleState,
  line: DeltaLine,
  find: FindFile,
): Promise<Uint8Array | undefined> {
  const found = await find(deltaPath(line, size));
  return found === undefined && line === 'hours' ? find(deltaPath('deltas', size)) : found;
}
