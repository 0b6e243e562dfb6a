/**
 * From a bundle that somebody gave to what a device knows, or a refusal. What is held is a value that nothing here
 * changes, so after a refusal, or while a large one is read piece by piece, it is as good as before.
 *
 *   whose     the checkpoint names our ledger, and k of the signers that we know have signed it
 *   when      not from the future, not older than what is held, and of the same history
 *   what      the last leaf is the log's, the sections lead to its state root, and none that we need is missing, however
 *             few days the bundle says we hold; the status lists are those that the ledger vouches for
 *
 * The order is that of cost: a bundle of nobody's is refused before its bulk is unpacked.
 */
import { equalBytes } from '../bytes/equal.ts';
import { dayText, SECONDS_PER_DAY } from '../trust/section-reader.ts';
import { openParts } from './bundle-file.ts';
import type { BundleHead } from './bundle-head.ts';
import { knowledgeOf, readTrust, type BundleState } from './bundle-state.ts';
import { checkAfter, checkGrowth } from './come-after.ts';
import { BundleError } from './errors.ts';
import { checkLeaf, readSigned, refusing, type AcceptContext, type SignedHead } from './signed-head.ts';
import { takeContent } from './take-content.ts';

/**
 * Days of short-lived roots that a device holds at least. Nobody signs the first of them, so whoever hands a bundle on
 * could move it, and would take from a device what it needs: declarations alone hold for 96 hours.
 */
export const MIN_SHORT_DAYS = 7;

/**
 * What the bundle, full or delta, makes of what is held. Rejects with a {@link BundleError} of any code.
 *
 * @param held from the bundle before; `undefined` on a new device
 */
export async function acceptBundle(
  bytes: Uint8Array,
  held: BundleState | undefined,
  context: AcceptContext,
): Promise<BundleState> {
  return refusing(async () => {
    const parts = openParts(bytes);
    const signers = held?.signers ?? context.trust.signers;
    const signed = await readSigned(parts, signers, context);
    const { head, timeSeconds } = signed;
    checkKind(head, held);
    checkClock(signed, context);
    checkDays(signed);
    if (held !== undefined) checkAfter({ ...signed, leaf: head.leaf }, held);
    checkGrowth(signed, context.crypto);
    checkLeaf(signed, context.crypto);
    const source = await takeContent(parts, signed, { ...context, held });
    const trust = readTrust(source.sections);
    const state = await knowledgeOf({ ...source, timeSeconds }, trust, context.pause);
    return { ...source, timeSeconds, signedBy: signers, signers: trust.checkpointSet ?? signers, state };
  });
}

function checkKind({ kind, base }: BundleHead, held: BundleState | undefined): void {
  if (kind === 'full') return;
  if (kind !== 'delta') throw new BundleError('BUNDLE_MALFORMED', 'neither a full bundle nor a delta');
  const isOurs =
    held !== undefined && base?.size === held.checkpoint.size && equalBytes(base.root, held.checkpoint.root);
  if (!isOurs) throw new BundleError('BUNDLE_BASE_OTHER', 'changes to something that is not held');
}

function checkDays({ head: { shortFrom }, timeSeconds }: SignedHead): void {
  const latest = dayText(Math.floor(timeSeconds / SECONDS_PER_DAY) - MIN_SHORT_DAYS);
  if (shortFrom > latest)
    throw new BundleError('BUNDLE_INCOMPLETE', 'days of short-lived roots are left out');
}

function checkClock({ timeSeconds }: SignedHead, context: AcceptContext): void {
  // A clock that says nothing is behind everything.
  if (!(timeSeconds <= context.nowSeconds + context.clockSkewSeconds)) {
    throw new BundleError('BUNDLE_FROM_FUTURE', 'signed later than our clock says it is');
  }
}
