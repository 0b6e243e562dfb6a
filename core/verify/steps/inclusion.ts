/**
 * Step 2: the root that leaf and path lead to, looked up among the anchored ones. It says who anchored the
 * credential and when, and costs no signature. The size of the tree is the ledger's, so a path has exactly
 * log2(size) steps.
 */
import { commitmentOf, leafHash } from '../../commitment/leaf.ts';
import { batchRootFromPath } from '../../commitment/proof.ts';
import type { CodeParts } from '../../qr/code.ts';
import type { Anchor } from '../../trust/root-index.ts';
import type { VerifyContext } from '../context.ts';
import type { ReasonCode } from '../reasons.ts';

const HASH_BYTES = 32;

export interface Inclusion {
  readonly commitment: Uint8Array;
  /** All who anchored the root with a tree of this size; empty when the root was not seen. */
  readonly anchors: readonly Anchor[];
  readonly problem?: ReasonCode;
}

export function findInclusion(code: CodeParts, { crypto, state }: VerifyContext): Inclusion {
  const { headerBytes, payloadBytes, index, path } = code;
  const commitment = commitmentOf(crypto, headerBytes, payloadBytes);
  const root = batchRootFromPath(crypto, { leafHash: leafHash(crypto, commitment), index, path });
  const found = state.roots.find(root);
  if (found.length === 0) return { commitment, anchors: found };
  const log2Size = path.length / HASH_BYTES;
  const anchors = found.filter((anchor) => anchor.log2Size === log2Size);
  return anchors.length > 0
    ? { commitment, anchors }
    : { commitment, anchors, problem: 'PROOF_SIZE_MISMATCH' };
}

/** Whether an issuer that keeps its word would have anchored it by now (DESIGN: within 24 hours). */
export function shouldBeAnchored(issuedAtSeconds: number, checkpointTimeSeconds: number): boolean {
  return issuedAtSeconds + 86_400 < checkpointTimeSeconds;
}
