/** The promise, held against what the ledger shows: nothing acknowledged is lost, nothing is anchored twice. */
import { expect } from 'chai';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { commitmentOf, leafHash } from '../../../core/commitment/leaf.ts';
import { batchRootFromPath } from '../../../core/commitment/proof.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

export interface AnchoredHistory {
  /** Roots as the ledger shows them, in its order. */
  readonly roots: readonly Hex[];
  /** Leaves of a batch, padding included, as its issuer publishes them. */
  readonly leavesOf: (root: Hex) => Promise<readonly Hex[]>;
  readonly codeOf: (handle: string) => Promise<string>;
}

/**
 * Every credential of `handles` has a code whose own proof leads to an anchored root, and its leaf is in the batches
 * once. Answers how many leaves were looked through.
 */
export async function expectAnchoredOnce(
  handles: readonly string[],
  { roots, leavesOf, codeOf }: AnchoredHistory,
): Promise<number> {
  expect(new Set(roots).size, 'no root twice').to.equal(roots.length);
  const counts = new Map<Hex, number>();
  for (const root of roots) {
    for (const leaf of await leavesOf(root)) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  }
  expect(
    [...counts.values()].every((count) => count === 1),
    'no leaf twice',
  ).to.equal(true);
  for (const handle of handles) {
    const { headerBytes, payloadBytes, index, path } = decodeCode(await codeOf(handle));
    const leaf = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes));
    expect(counts.get(toHex(leaf)), `leaf of ${handle}`).to.equal(1);
    expect(roots).to.include(toHex(batchRootFromPath(nodeCrypto, { leafHash: leaf, index, path })));
  }
  return counts.size;
}

export function handlesOf(
  rows: readonly { readonly credentials: readonly { readonly handle: string }[] }[],
): readonly string[] {
  return rows.flatMap(({ credentials }) => credentials.map(({ handle }) => handle));
}
