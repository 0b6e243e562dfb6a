/**
 * What each leaf of a batch is, for an auditor: a record, shown by the two hashes that its commitment is made of;
 * erased, shown by a signed receipt; a change of a colour, shown by the hash of its bytes; or padding, which follows
 * from the batch's seed. So nothing can be issued in
 * secret, and an erased record leaves no hole. No payload, no handle: the hashes commit to 128 random bits.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { signErasureReceipt } from '../../core/receipt/erasure-receipt.ts';
import type { SigningKey } from '../../core/credential/jwt.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { EnvelopeError } from '../../service/envelope.ts';
import type { Batches } from '../batches.ts';
import { IssuerError } from '../errors.ts';
import { COLOUR_PLACE, type LaneLeaf, type Lanes } from '../lanes.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { RecordSealer } from '../record-entry.ts';
import type { IssuerTables } from '../store.ts';
import type { ErasedLeaf, ErasureEntry } from './erasure-entry.ts';
import type { Erasure } from './erasure.ts';

export interface BatchAccountDependencies {
  readonly crypto: Crypto;
  readonly tables: IssuerTables;
  readonly did: string;
  readonly key: SigningKey;
  readonly sealer: RecordSealer;
  readonly batches: Batches;
  readonly lanes: Lanes;
  readonly lists: Pick<ListAllocator, 'uriOf'>;
  readonly erasure: Pick<Erasure, 'find'>;
}

export type AccountedLeaf =
  | { readonly place: number; readonly headerHash: Hex; readonly payloadHash: Hex }
  | { readonly place: number; readonly receipt: string }
  /** SHA-256 of the bytes of a colour act. */
  | { readonly place: number; readonly colourHash: Hex };

export interface BatchAccount {
  readonly root: Hex;
  /** Padding leaf at place i = HMAC-SHA-256(seed, i). */
  readonly seed: Hex;
  /** All that is not padding, by place; what cannot be accounted for is left out, and an audit finds it. */
  readonly leaves: readonly AccountedLeaf[];
}

export class BatchAccounts {
  readonly #deps: BatchAccountDependencies;

  constructor(deps: BatchAccountDependencies) {
    this.#deps = deps;
  }

  /** Throws `BATCH_NOT_FOUND`. */
  async account(root: string): Promise<BatchAccount> {
    const { batches, lanes } = this.#deps;
    const batch = await batches.findFinal(fromHex(root));
    if (batch === undefined) throw new IssuerError('BATCH_NOT_FOUND', 'no final batch has this root');
    const leaves = await lanes.read(batch.lane, batch.first, batch.count);
    const accounted: AccountedLeaf[] = [];
    for (const [i, leaf] of leaves.entries()) {
      const place = batch.positions[i];
      invariant(place !== undefined, 'a leaf has a place');
      const account = await this.#accountOf(leaf);
      if (account !== undefined) accounted.push({ place, ...account });
    }
    accounted.sort((a, b) => a.place - b.place);
    return { root: toHex(batch.root), seed: toHex(batch.seed), leaves: accounted };
  }

  /** The receipts of an erased record. */
  async receipts({ leaves, erasedAtSeconds }: ErasureEntry): Promise<readonly string[]> {
    return await Promise.all(leaves.map((leaf) => this.#receiptOf(leaf, erasedAtSeconds)));
  }

  async #accountOf({
    leafHash,
    recordNumber,
    place,
  }: LaneLeaf): Promise<
    | { readonly headerHash: Hex; readonly payloadHash: Hex }
    | { readonly receipt: string }
    | { readonly colourHash: Hex }
    | undefined
  > {
    const { crypto, tables, erasure } = this.#deps;
    if (place === COLOUR_PLACE) {
      const bytes = await tables.colourActs.get(toUint64(recordNumber));
      return bytes === undefined ? undefined : { colourHash: toHex(crypto.sha256(bytes)) };
    }
    const sealed = await tables.records.get(toUint64(recordNumber));
    if (sealed !== undefined) return this.#hashesOf(sealed, recordNumber, place);
    const entry = await erasure.find(recordNumber);
    invariant(entry !== undefined, 'a leaf without a record has an erasure');
    const erased = entry.leaves.find(({ leaf }) => leaf === toHex(leafHash));
    if (erased === undefined) return undefined;
    return { receipt: await this.#receiptOf(erased, entry.erasedAtSeconds) };
  }

  #hashesOf(
    sealed: Uint8Array,
    recordNumber: number,
    place: number,
  ): { readonly headerHash: Hex; readonly payloadHash: Hex } | undefined {
    const { crypto, sealer } = this.#deps;
    try {
      const parts = sealer.open(recordNumber, sealed).credentials[place];
      invariant(parts !== undefined, 'a record has its credentials');
      return {
        headerHash: toHex(crypto.sha256(parts.headerBytes)),
        payloadHash: toHex(crypto.sha256(parts.payloadBytes)),
      };
    } catch (error) {
      if (error instanceof EnvelopeError) return undefined;
      throw error;
    }
  }

  #receiptOf({ leaf, list, index }: ErasedLeaf, erasedAtSeconds: number): Promise<string> {
    const { did, key, lists } = this.#deps;
    const status = { idx: index, uri: lists.uriOf(list) };
    return signErasureReceipt({ issuer: did, leaf, erasedAtSeconds, status }, key);
  }
}
