/** Acts as an issuer shows them to auditors, made without an issuer. */
import { actLeaf, encodeAct, type Act } from '../../../core/act/act.ts';
import { changesDigest, type ActChanges } from '../../../core/act/places.ts';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../../core/commitment/batch.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { specimenAct } from '../../support/specimen-act.ts';

export interface ActBatchDocument {
  readonly issuer: Hex;
  readonly root: Hex;
  readonly log2Size: number;
  readonly sequence: number;
  readonly leaves: readonly Hex[];
}

export interface HistoryDocument {
  readonly lists: readonly string[];
  readonly size: number;
  readonly versions: readonly {
    readonly version: number;
    readonly listCount: number;
    readonly changes: readonly ActChanges[];
  }[];
  readonly erasures: readonly { readonly leaf: Hex; readonly act: string }[];
  readonly more: boolean;
}

/** The leaf of specimen act number `n`. */
export function leafOf(n: number, changes: Partial<Act> = {}): { readonly leaf: Hex; readonly act: string } {
  const bytes = encodeAct(specimenAct({ salt: toBase64url(new Uint8Array(16).fill(n)), ...changes }));
  return { leaf: toHex(actLeaf(nodeCrypto, bytes)), act: toBase64url(bytes) };
}

/** A batch of one act, as `GET /acts/batches/{root}` shows it. */
export function actBatchOf(issuer: Hex, sequence: number, leaf: Hex): ActBatchDocument {
  const { tree, log2Size, leafHashes } = assembleBatch(nodeCrypto, {
    leafHashes: Buffer.from(leaf.slice(2), 'hex'),
    seed: new Uint8Array(32).fill(sequence),
    randomNumbers: new Uint32Array(MAX_BATCH_LEAVES),
  });
  const leaves = Array.from({ length: 64 }, (_, i) => toHex(leafHashes.subarray(32 * i, 32 * i + 32)));
  return { issuer, root: toHex(tree.root), log2Size, sequence, leaves };
}

export function digestOf(changes: readonly ActChanges[]): Hex {
  return toHex(changesDigest(nodeCrypto, changes));
}
