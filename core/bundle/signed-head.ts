/**
 * What every bundle has to prove, of whatever kind: that it is of our ledger and signed, that its leaf is the last of
 * the log, and that its sections lead to the state root in that leaf.
 */
import { equalBytes } from '../bytes/equal.ts';
import { BytesError } from '../bytes/errors.ts';
import { CommitmentError } from '../commitment/errors.ts';
import { leafHash } from '../commitment/leaf.ts';
import { verifyInclusion } from '../commitment/proof.ts';
import type { Crypto } from '../crypto.ts';
import { AcceptedListsError } from '../status/accepted-lists.ts';
import { StatusError } from '../status/errors.ts';
import { checkpointLeaf } from '../trust/checkpoint-leaf.ts';
import { LedgerStateError } from '../trust/errors.ts';
import { sectionLeaf } from '../trust/sections.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import type { SectionContent } from './bundle-content.ts';
import type { PartReaders } from './bundle-file.ts';
import { readHead, type BundleHead } from './bundle-head.ts';
import { holdSection, type HeldSection, type HeldSections } from './bundle-state.ts';
import type { BundleTrust } from './bundle-trust.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { quorumTime } from './cosignature.ts';
import { rootFromCover } from './covered-leaves.ts';
import { BundleError, NoteError, type BundleErrorCode } from './errors.ts';
import { NO_PAUSE, type Pause } from './pause.ts';
import { parseNote } from './signed-note.ts';

export interface AcceptContext {
  readonly crypto: Crypto;
  readonly trust: BundleTrust;
  /** Our clock, Unix seconds. */
  readonly nowSeconds: number;
  /** Tolerance between the signers' clocks and ours. */
  readonly clockSkewSeconds: number;
  /** Waited for after each piece of work; absent: all is done in one. */
  readonly pause?: Pause;
}

export interface CheckedHead {
  readonly head: BundleHead;
  /** In its note. */
  readonly checkpoint: Checkpoint;
}

/** A bundle whose checkpoint is signed; its content is not read yet. */
export interface SignedHead extends CheckedHead {
  readonly timeSeconds: number;
}

/** Throws `BUNDLE_OTHER_LEDGER`, `BUNDLE_SIGNATURES_TOO_FEW`. */
export async function readSigned(
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

/** Throws a `CommitmentError` unless the leaf is the last of the log. */
export function checkLeaf({ head, checkpoint }: CheckedHead, crypto: Crypto): void {
  const { leaf, leafPath: path } = head;
  const { size, root } = checkpoint;
  const hash = leafHash(crypto, checkpointLeaf(crypto, leaf.block, leaf.stateRoot));
  verifyInclusion(crypto, { leafHash: hash, index: size - 1, size, path, root });
}

type PacedCrypto = Pick<AcceptContext, 'crypto' | 'pause'>;

/** Rejects with `BUNDLE_PROOF_WRONG`. */
export async function checkRoot(
  { leaf, cover, hidden }: BundleHead,
  sections: HeldSections,
  { crypto, pause = NO_PAUSE }: PacedCrypto,
): Promise<void> {
  const leaves: Uint8Array[] = [];
  for (const [name, { digest }] of sections) {
    leaves.push(sectionLeaf(crypto, name, digest));
    await pause();
  }
  const root = rootFromCover(crypto, cover, { leaves, hidden });
  if (!equalBytes(root, leaf.stateRoot)) {
    throw new BundleError('BUNDLE_PROOF_WRONG', 'the sections lead to another state');
  }
}

/** By name; rejects with `BUNDLE_MALFORMED`. */
export async function holdAll(
  sections: readonly SectionContent[],
  { crypto, pause = NO_PAUSE }: PacedCrypto,
): Promise<HeldSections> {
  const held = new Map<string, HeldSection>();
  for (const section of sections) {
    held.set(section.name, hold(crypto, section));
    await pause();
  }
  return held;
}

function hold(crypto: Crypto, { bytes, digest }: SectionContent): HeldSection {
  if (bytes !== undefined) return holdSection(crypto, bytes);
  if (digest === undefined) throw new BundleError('BUNDLE_MALFORMED', 'a section has bytes or a digest');
  return { digest };
}

/** Errors of the formats underneath are refusals too; anything else is a defect and goes on. */
export async function refusing<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    const code = codeOf(cause);
    if (code === undefined) throw cause;
    throw new BundleError(code, 'the bundle does not hold together', { cause });
  }
}

function codeOf(cause: unknown): BundleErrorCode | undefined {
  if (cause instanceof AcceptedListsError) return 'BUNDLE_LISTS_WRONG';
  if (cause instanceof CommitmentError) return 'BUNDLE_PROOF_WRONG';
  const isForm =
    cause instanceof BytesError ||
    cause instanceof NoteError ||
    cause instanceof StatusError ||
    cause instanceof LedgerStateError;
  return isForm ? 'BUNDLE_MALFORMED' : undefined;
}
