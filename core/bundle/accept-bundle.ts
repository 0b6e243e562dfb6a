/**
 * From a bundle that somebody gave to what a device knows, or a refusal. What is held is a value that nothing here
 * changes, so after a refusal it is as good as before.
 *
 *   whose     the checkpoint names our ledger, and k of the signers that we know have signed it
 *   when      not from the future, not older than what is held, and of the same history
 *   what      the last leaf is the log's, the sections lead to its state root, and none that we need is missing;
 *             the status lists are those that the ledger vouches for
 *
 * The order is that of cost: a bundle of nobody's is refused before its bulk is unpacked.
 */
import { equalBytes } from '../bytes/equal.ts';
import { CommitmentError } from '../commitment/errors.ts';
import { verifyConsistency } from '../commitment/proof.ts';
import type { Crypto } from '../crypto.ts';
import { acceptLists, StatusLists, type AcceptedSet } from '../status/accepted-lists.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import { NO_BASE, readContent, type BundleContent, type IssuerLists } from './bundle-content.ts';
import { openParts, type PartReaders } from './bundle-file.ts';
import type { BundleHead } from './bundle-head.ts';
import {
  knowledgeOf,
  readStatusAnchors,
  readTrust,
  type BundleState,
  type HeldSection,
  type HeldSections,
} from './bundle-state.ts';
import { BundleError } from './errors.ts';
import { dayOfShort, HeldNames, isShortSection } from './held-sections.ts';
import { heldBy } from './make-bundle.ts';
import {
  checkLeaf,
  checkRoot,
  hold,
  readSigned,
  refusing,
  type AcceptContext,
  type SignedHead,
} from './signed-head.ts';

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
    checkKind(signed.head, held);
    checkClock(signed, context);
    if (held !== undefined) checkAfter({ ...signed, leaf: signed.head.leaf }, held);
    checkHistory(signed, context.crypto);
    checkLeaf(signed, context.crypto);
    return takeContent(parts, signed, { held, signers, crypto: context.crypto });
  });
}

/**
 * Who signs from now on, by the word of those who signed until now: the trust list in a bundle of kind `handover`
 * that k of `signers` have signed. A device that was away for a change of signers takes these first, in their
 * order. Rejects with a {@link BundleError}; `BUNDLE_OLDER` for a set that is not newer.
 */
export async function acceptHandover(
  bytes: Uint8Array,
  signers: CheckpointSet,
  context: AcceptContext,
): Promise<CheckpointSet> {
  return refusing(async () => {
    const parts = openParts(bytes);
    const signed = await readSigned(parts, signers, context);
    if (signed.head.kind !== 'handover') throw new BundleError('BUNDLE_MALFORMED', 'not a handover');
    checkLeaf(signed, context.crypto);
    const { sections } = readContent(parts, NO_BASE);
    const held = new Map(sections.map((each) => [each.name, hold(context.crypto, each)]));
    checkRoot(signed.head, held, context.crypto);
    if (!endsWithTrust(signed.head, held)) throw incomplete();
    const next = readTrust(held).checkpointSet;
    if (next === undefined || next.version <= signers.version) throw older('the signers are known already');
    return next;
  });
}

function checkKind({ kind, base }: BundleHead, held: BundleState | undefined): void {
  if (kind === 'full') return;
  if (kind !== 'delta') throw new BundleError('BUNDLE_MALFORMED', 'neither a full bundle nor a delta');
  const isOurs =
    held !== undefined && base?.size === held.checkpoint.size && equalBytes(base.root, held.checkpoint.root);
  if (!isOurs) throw new BundleError('BUNDLE_BASE_OTHER', 'changes to something that is not held');
}

function checkClock({ timeSeconds }: SignedHead, context: AcceptContext): void {
  // A clock that says nothing is behind everything.
  if (!(timeSeconds <= context.nowSeconds + context.clockSkewSeconds)) {
    throw new BundleError('BUNDLE_FROM_FUTURE', 'signed later than our clock says it is');
  }
}

/**
 * Throws `BUNDLE_OLDER` or `BUNDLE_FORKED` where `next` cannot have come after what is held. A full bundle leaves it to its
 * signers that the log only grew; blocks only count up in any case.
 */
export function checkAfter(
  { checkpoint, leaf, timeSeconds }: Pick<BundleState, 'checkpoint' | 'leaf' | 'timeSeconds'>,
  held: BundleState,
): void {
  if (checkpoint.size > held.checkpoint.size) {
    if (leaf.block.number <= held.leaf.block.number) throw forked();
    return;
  }
  if (checkpoint.size < held.checkpoint.size) throw older('an older state than the one that is held');
  if (!equalBytes(checkpoint.root, held.checkpoint.root)) throw forked();
  if (timeSeconds < held.timeSeconds) throw older('the same state as of an earlier time');
}

/** That the log only grew since the base of a delta. */
function checkHistory({ head: { base }, checkpoint }: SignedHead, crypto: Crypto): void {
  if (base === undefined || base.size === checkpoint.size) return;
  try {
    const { size: size1, root: root1, consistency: path } = base;
    verifyConsistency(crypto, { size1, root1, size2: checkpoint.size, root2: checkpoint.root, path });
  } catch (cause) {
    if (cause instanceof CommitmentError) throw forked(cause);
    throw cause;
  }
}

interface Holding {
  readonly held: BundleState | undefined;
  readonly signers: CheckpointSet;
  readonly crypto: Crypto;
}

function takeContent(
  parts: PartReaders,
  { head, checkpoint, timeSeconds }: SignedHead,
  { held, signers, crypto }: Holding,
): BundleState {
  const { note, leaf, leafPath, shortFrom, cover, hidden } = head;
  const base = head.kind === 'delta' ? held : undefined;
  const content = readContent(parts, base === undefined ? NO_BASE : heldBy(base));
  const sections = mergeSections(content, base, shortFrom, crypto);
  if (!new HeldNames(shortFrom).isComplete([...sections.keys()], cover)) throw incomplete();
  checkRoot(head, sections, crypto);
  checkHeld(sections, shortFrom);
  const trust = readTrust(sections);
  const anchors = readStatusAnchors(sections);
  const sets = content.issuers.map((lists) => takeLists(lists, anchors, crypto));
  const statusLists = mergeLists(sets, held);
  const source = { checkpoint, note, leaf, leafPath, shortFrom, cover, hidden, sections, statusLists };
  return {
    ...source,
    timeSeconds,
    signedBy: signers,
    signers: trust.checkpointSet ?? signers,
    state: knowledgeOf({ leaf, shortFrom, sections, timeSeconds }, trust, anchors),
  };
}

/** In the order of their names: what is held still, and what is told anew. */
function mergeSections(
  { sections }: BundleContent,
  base: BundleState | undefined,
  shortFrom: string,
  crypto: Crypto,
): HeldSections {
  const isKept = ([name, { bytes }]: readonly [string, HeldSection]): boolean =>
    bytes !== undefined && !(isShortSection(name) && dayOfShort(name) < shortFrom);
  const kept = [...(base?.sections ?? [])].filter(isKept);
  const told = sections.map((each) => [each.name, hold(crypto, each)] as const);
  return new Map([...kept, ...told].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** What is held must be known in full, and of fences the digest alone: a device holds what it should and no more. */
function checkHeld(sections: HeldSections, shortFrom: string): void {
  const names = new HeldNames(shortFrom);
  for (const [name, { bytes }] of sections) {
    if (bytes === undefined && names.isHeld(name)) throw incomplete();
    if (bytes !== undefined && !names.isHeld(name)) {
      throw new BundleError('BUNDLE_MALFORMED', 'a section that devices do not hold');
    }
  }
}

/** Trust is the last of the sections: with all of its parts and the last leaf nothing of it can be missing. */
function endsWithTrust({ cover }: BundleHead, sections: HeldSections): boolean {
  const isAllTrust = [...sections].every(
    ([name, { bytes }]) => name.startsWith('trust/') && bytes !== undefined,
  );
  const shown = cover.runs.reduce((sum, { hide, show }) => sum + hide + show, 0);
  return isAllTrust && sections.has('trust/00000000') && cover.runs.length === 1 && shown === cover.size;
}

function takeLists(
  { issuer, lists }: IssuerLists,
  anchors: ReturnType<typeof readStatusAnchors>,
  crypto: Crypto,
): AcceptedSet {
  const anchor = anchors.get(issuer);
  if (anchor === undefined)
    throw new BundleError('BUNDLE_LISTS_WRONG', 'lists of an issuer without an anchor');
  return acceptLists(crypto, anchor, lists);
}

/** Lists that no bundle brought anew stay, and become stale in time. */
function mergeLists(sets: readonly AcceptedSet[], held: BundleState | undefined): StatusLists {
  return sets.reduce((lists, set) => lists.with(set), held?.statusLists ?? StatusLists.empty);
}

function older(what: string): BundleError {
  return new BundleError('BUNDLE_OLDER', what);
}

function forked(cause?: unknown): BundleError {
  return new BundleError('BUNDLE_FORKED', 'a history that is not the one held', { cause });
}

function incomplete(): BundleError {
  return new BundleError('BUNDLE_INCOMPLETE', 'sections that a device needs are left out');
}
