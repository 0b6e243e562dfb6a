/**
 * The short way to what is new. For each state that devices may hold a publisher has one file that leads on from it,
 * named by the size of its log, so who holds something asks for that and for no index:
 *
 *   deltas/<size>.hclb   to the latest state; from one that is not of this hour, to the first of the hour after it
 *   hours/<size>.hclb    to the first state of an hour: few bytes for who asks seldom
 *
 * From where a file leads another one leads on; the latest state's leads to itself. One that a publisher had no room to
 * lead on from leads to itself as well, so that says nothing of an old state: there the index says what is the latest
 * (`update-bundle.ts`).
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

export interface Followed {
  readonly deltas: readonly FollowedDelta[];
  /** Whether what is held then is as new as it gets; otherwise the index knows. */
  readonly isLatest: boolean;
}

/** Three lead to the latest, unless the publisher was away. */
const MAX_DELTAS = 8;
const HOUR = 3600;
/** Younger than this is as young as it gets, and nothing more is asked for: publishers sign every minute. */
const NEW_SECONDS: Readonly<Record<DeltaLine, number>> = { deltas: 90, hours: HOUR + 600 };
/** Younger than this may be the latest: or every few minutes. */
const YOUNG_SECONDS: Readonly<Record<DeltaLine, number>> = { deltas: 600, hours: HOUR + 600 };
/** Where to look. A state that is newer than the hour, or that a publisher began anew with, has none to an hour. */
const LINES: Readonly<Record<DeltaLine, readonly DeltaLine[]>> = {
  deltas: ['deltas'],
  hours: ['hours', 'deltas'],
};

/** @param size of the log of the state that it is a change to */
export function deltaPath(line: DeltaLine, size: number): string {
  return `${line}/${size}.hclb`;
}

/** One after the other what leads on from `held`. Rejects with a `BundleError`, or with what `find` rejects with. */
export async function followDeltas(held: BundleState, context: FollowContext): Promise<Followed> {
  const deltas: FollowedDelta[] = [];
  let state = held;
  while (deltas.length < MAX_DELTAS) {
    const step = await leadOn(state, context);
    if (step === undefined) return { deltas, isLatest: false };
    const { next } = step;
    if (next.note === state.note) return { deltas, isLatest: true };
    deltas.push(step);
    if (isYounger(next, NEW_SECONDS, context)) return { deltas, isLatest: true };
    state = next;
  }
  return { deltas, isLatest: false };
}

/** From `state`, or to itself while it is young. */
async function leadOn(state: BundleState, context: FollowContext): Promise<FollowedDelta | undefined> {
  for (const line of LINES[context.line ?? 'deltas']) {
    const delta = await context.find(deltaPath(line, state.checkpoint.size));
    if (delta === undefined) continue;
    const next = await acceptBundle(delta, state, context);
    if (next.note !== state.note || isYounger(next, YOUNG_SECONDS, context)) return { delta, next };
  }
  return undefined;
}

function isYounger(
  { timeSeconds }: BundleState,
  limitSeconds: Readonly<Record<DeltaLine, number>>,
  { line = 'deltas', nowSeconds }: Pick<FollowContext, 'line' | 'nowSeconds'>,
): boolean {
  return timeSeconds > nowSeconds - limitSeconds[line];
}
