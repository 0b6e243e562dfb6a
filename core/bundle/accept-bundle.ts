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
import { compareBytes } from '../bytes/compare.ts';
import { BytesError } from '../bytes/errors.ts';
import { equalBytes } from '../bytes/equal.ts';
import { CommitmentError } from '../commitment/errors.ts';
import { leafHash } from '../commitment/leaf.ts';
import { verifyConsistency, verifyInclusion } from '../commitment/proof.ts';
import type { Crypto } from '../crypto.ts';
import { acceptLists, AcceptedListsError, StatusLists, type AcceptedSet } from '../status/accepted-lists.ts';
import { StatusError } from '../status/errors.ts';
import { checkpointLeaf } from '../trust/checkpoint-leaf.ts';
import { LedgerStateError } from '../trust/errors.ts';
import { sectionLeaf } from '../trust/sections.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import { NO_BASE, readContent, type BundleContent, type IssuerLists } from './bundle-content.ts';
import type { BundleTrust } from './bundle-trust.ts';
import { openParts, type PartReaders } from './bundle-file.ts';
import { readHead, type BundleHead } from './bundle-head.ts';
import {
  holdSection,
  knowledgeOf,
  readStatusAnchors,
  readTrust,
  type BundleState,
  type HeldSection,
  type HeldSections,
} from './bundle-state.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { quorumTime } from './cosignature.ts';
import { rootFromCover } from './covered-leaves.ts';
import { BundleError, NoteError, type BundleErrorCode } from './errors.ts';
import { dayOfShort, HeldNames, isShortSection } from './held-sections.ts';
import { heldBy } from './make-bundle.ts';
import { parseNote } from './signed-note.ts';

export interface AcceptContext {
  readonly crypto: Crypto;
  readonly trust: BundleTrust;
  /** Our clock, Unix seconds. */
  readonly nowSeconds: number;
  /** Tolerance between the signers' clocks and ours. */
  readonly clockSkewSeconds: number;
}

/** A bundle whose checkpoint is signed; its content is not read yet. */
interface SignedHead {
  readonly head: BundleHead;
  readonly checkpoint: Checkpoint;
  readonly timeSeconds: number;
}

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
  return refusing('BUNDLE_MALFORMED', async () => {
    const parts = openParts(bytes);
    const signers = held?.signers ?? context.trust.signers;
    const signed = await readSigned(parts, signers, context);
    checkKind(signed.head, held);
    checkTime(signed, held, context);
    checkHistory(signed, held, context.crypto);
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
  return refusing('BUNDLE_MALFORMED', async () => {
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

async function readSigned(
  parts: PartReaders,
  signers: CheckpointSet,
  { crypto, trust }: AcceptContext,
): Promise<SignedHead> {
  const head = readHead(parts);
  const note = parseNote(head.note);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== trust.origin) {
    throw new BundleError('BUNDLE_OTHER_LEDGER', 'a bundle of another ledger');
  }
  const signedAt = await quorumTime(crypto, note, signers);
  if (signedAt === undefined) {
    throw new BundleError(
      'BUNDLE_SIGNATURES_TOO_FEW',
      `fewer than ${signers.threshold} of the known signers have signed`,
    );
  }
  return { head, checkpoint, timeSeconds: Math.max(signedAt, head.leaf.block.timeSeconds) };
}

function checkKind({ kind, base }: BundleHead, held: BundleState | undefined): void {
  if (kind === 'full') return;
  if (kind !== 'delta') throw new BundleError('BUNDLE_MALFORMED', 'neither a full bundle nor a delta');
  const isOurs =
    held !== undefined && base?.size === held.checkpoint.size && equalBytes(base.root, held.checkpoint.root);
  if (!isOurs) throw new BundleError('BUNDLE_BASE_OTHER', 'changes to something that is not held');
}

function checkTime(
  { checkpoint, timeSeconds }: SignedHead,
  held: BundleState | undefined,
  context: AcceptContext,
): void {
  // A clock that says nothing is behind everything.
  if (!(timeSeconds <= context.nowSeconds + context.clockSkewSeconds)) {
    throw new BundleError('BUNDLE_FROM_FUTURE', 'signed later than our clock says it is');
  }
  if (held === undefined || checkpoint.size > held.checkpoint.size) return;
  if (checkpoint.size < held.checkpoint.size) throw older('an older state than the one that is held');
  if (!equalBytes(checkpoint.root, held.checkpoint.root)) throw forked();
  if (timeSeconds < held.timeSeconds) throw older('the same state as of an earlier time');
}

/** A full bundle leaves it to its signers that the log only grew; blocks only count up in any case. */
function checkHistory({ head, checkpoint }: SignedHead, held: BundleState | undefined, crypto: Crypto): void {
  if (held === undefined || checkpoint.size === held.checkpoint.size) return;
  if (head.leaf.block.number <= held.leaf.block.number) throw forked();
  if (head.base === undefined) return;
  try {
    const { size: size1, root: root1, consistency: path } = head.base;
    verifyConsistency(crypto, { size1, root1, size2: checkpoint.size, root2: checkpoint.root, path });
  } catch (cause) {
    if (cause instanceof CommitmentError) throw forked(cause);
    throw cause;
  }
}

function checkLeaf({ head, checkpoint }: SignedHead, crypto: Crypto): void {
  const { leaf, leafPath: path } = head;
  const { size, root } = checkpoint;
  const hash = leafHash(crypto, checkpointLeaf(crypto, leaf.block, leaf.stateRoot));
  verifyInclusion(crypto, { leafHash: hash, index: size - 1, size, path, root });
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

function hold(crypto: Crypto, { bytes, digest }: BundleContent['sections'][number]): HeldSection {
  if (bytes !== undefined) return holdSection(crypto, bytes);
  if (digest === undefined) throw new BundleError('BUNDLE_MALFORMED', 'a section has bytes or a digest');
  return { digest };
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

function checkRoot({ leaf, cover, hidden }: BundleHead, sections: HeldSections, crypto: Crypto): void {
  const leaves = [...sections].map(([name, { digest }]) => sectionLeaf(crypto, name, digest));
  const root = rootFromCover(crypto, cover, { leaves, hidden });
  if (compareBytes(root, leaf.stateRoot) !== 0) {
    throw new BundleError('BUNDLE_PROOF_WRONG', 'the sections lead to another state');
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

/** Errors of the formats underneath are refusals too; anything else is a defect and goes on. */
async function refusing<T>(fallback: BundleErrorCode, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    const code = codeOf(cause, fallback);
    if (code === undefined) throw cause;
    throw new BundleError(code, 'the bundle does not hold together', { cause });
  }
}

function codeOf(cause: unknown, fallback: BundleErrorCode): BundleErrorCode | undefined {
  if (cause instanceof AcceptedListsError) return 'BUNDLE_LISTS_WRONG';
  if (cause instanceof CommitmentError) return 'BUNDLE_PROOF_WRONG';
  const isForm =
    cause instanceof BytesError ||
    cause instanceof NoteError ||
    cause instanceof StatusError ||
    cause instanceof LedgerStateError;
  return isForm ? fallback : undefined;
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
