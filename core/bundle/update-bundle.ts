/**
 * Brings a device up to date from what a publisher offers: by what leads on from what it holds, or, where there is none
 * or it does not fit, by the full bundle and the delta to that. Signers that changed while the device was away are
 * learned first, each set by the word of the one before.
 */
import type { StatusLists } from '../status/accepted-lists.ts';
import { acceptBundle } from './accept-bundle.ts';
import { acceptHandover } from './accept-handover.ts';
import { checkAfter } from './come-after.ts';
import type { AcceptContext } from './signed-head.ts';
import { parseBundleIndex, type BundleIndex } from './bundle-index.ts';
import type { BundleState } from './bundle-state.ts';
import { BundleError, type BundleErrorCode } from './errors.ts';
import { followDeltas, type FollowContext, type Followed, type FollowedDelta } from './follow-deltas.ts';
import { saidLists } from './make-bundle.ts';

const INDEX = 'latest';

/** The bytes of a file that the index names, by its path. */
export type GetFile = (path: string) => Promise<Uint8Array>;

export interface UpdateContext extends AcceptContext {
  readonly get: GetFile;
}

export interface FetchContext extends UpdateContext, FollowContext {}

export interface FetchedUpdate {
  readonly state: BundleState;
  /** What led there from what was held, where that was all. */
  readonly deltas?: readonly FollowedDelta[];
}

/** As {@link updateBundle}, from where a publisher's files lie; for its index, `latest`, only who needs it asks. */
export async function fetchUpdate(
  held: BundleState | undefined,
  context: FetchContext,
): Promise<FetchedUpdate> {
  const { deltas, isLatest } =
    held === undefined ? NOTHING : await followDeltas(held, context).catch(nothingWhereRefused);
  const led = deltas.at(-1)?.next ?? held;
  if (led !== undefined && isLatest) return { state: led, deltas };
  const index = parseBundleIndex(await context.get(INDEX));
  return led?.note === index.checkpoint
    ? { state: led, deltas }
    : { state: await updateBundle(index, led, context) };
}

const NOTHING: Followed = { deltas: [], isLatest: false };

/**
 * What is wrong with one delta need not be wrong with what the index names. But where our clock is behind, a full bundle,
 * which may be long, would be fetched in vain each time.
 */
function nothingWhereRefused(error: unknown): Followed {
  if (!(error instanceof BundleError) || error.code === 'BUNDLE_FROM_FUTURE') throw error;
  return NOTHING;
}

/** Where the full bundle may help. */
const ANOTHER_WAY: ReadonlySet<BundleErrorCode> = new Set([
  'BUNDLE_BASE_OTHER',
  'BUNDLE_INCOMPLETE',
  'BUNDLE_LISTS_WRONG',
  'BUNDLE_PROOF_WRONG',
  'BUNDLE_SIGNATURES_TOO_FEW',
]);

/** What is held then. Rejects with a {@link BundleError}, or with what `get` rejects with; `held` stays as good. */
export async function updateBundle(
  index: BundleIndex,
  held: BundleState | undefined,
  context: UpdateContext,
): Promise<BundleState> {
  if (held === undefined) return updateByFull(index, held, context);
  try {
    const next = await applyDelta(index, held, context);
    if (next !== undefined) return next;
  } catch (error) {
    if (!(error instanceof BundleError && ANOTHER_WAY.has(error.code))) throw error;
  }
  return updateByFull(index, held, context);
}

async function applyDelta(
  index: BundleIndex,
  held: BundleState,
  context: UpdateContext,
): Promise<BundleState | undefined> {
  const delta = index.deltas.find(({ from }) => from === held.checkpoint.size);
  return delta === undefined ? undefined : acceptBundle(await context.get(delta.path), held, context);
}

async function updateByFull(
  index: BundleIndex,
  held: BundleState | undefined,
  context: UpdateContext,
): Promise<BundleState> {
  let signers = held?.signers ?? context.trust.signers;
  for (const { version, path } of index.handovers) {
    if (version > signers.version) signers = await acceptHandover(await context.get(path), signers, context);
  }
  const known = { ...context, trust: { ...context.trust, signers } };
  const before = held && { ...held, signers };
  // The last full bundle may be older than what is held; what it and its delta lead to must not be.
  const isAhead = before !== undefined && before.checkpoint.size > index.full.size;
  const full = await acceptBundle(await context.get(index.full.path), isAhead ? undefined : before, known);
  const next = (await applyDelta(index, full, known)) ?? full;
  if (before === undefined) return next;
  checkAfter(next, before);
  return isAhead ? { ...next, statusLists: listsAfter(next, before) } : next;
}

/**
 * A full bundle from before what was held may have lists that are older than those; where the delta to it brings none,
 * they would take back what was known. So nothing counts but what a full bundle of `next` says.
 */
function listsAfter(next: BundleState, before: BundleState): StatusLists {
  return [...saidLists(next).sets()].reduce((lists, set) => lists.with(set), before.statusLists);
}
