/**
 * Receipts of this issuer: signs one over the records of a chunk once they are on the disk, and later gives for
 * each of its leaves the path to the root that holds it.
 *
 * The promise is the time after which verifiers take a credential without an anchor for forged (24 h after its
 * `iat`): an issuer that breaks it has given out nothing of worth.
 */
import { toBase64url } from '../core/bytes/base64url.ts';
import { toHex, type Hex } from '../core/bytes/hex.ts';
import { HASH_BYTES } from '../core/commitment/node-hash.ts';
import { equalBytes } from '../core/bytes/equal.ts';
import type { SigningKey } from '../core/credential/jwt.ts';
import type { Crypto } from '../core/crypto.ts';
import { ReceiptError } from '../core/receipt/errors.ts';
import { parseReceipt, signReceipt, type ReceiptRecord } from '../core/receipt/receipt.ts';
import { leafUnder } from '../core/receipt/signed-again.ts';
import type { Clock } from '../service/clock.ts';
import { IssuerError } from './errors.ts';
import type { KeyedIndex } from './keyed-index.ts';
import type { Inclusion, Release } from './release.ts';

export interface ReceiptsDependencies {
  readonly crypto: Crypto;
  readonly did: string;
  readonly key: SigningKey;
  readonly index: KeyedIndex;
  readonly release: Pick<Release, 'inclusions'>;
  /** Thumbprints of all keys that have signed here. */
  readonly kids: () => readonly string[];
  readonly now: Clock;
}

/** The leaf is not in the tree, another is: its credential was signed again. See `core/receipt/signed-again.ts`. */
export interface SignedAgainAnswer {
  readonly formerKid: string;
  readonly kid: string;
  readonly payloadHash: Hex;
}

/** What is known of a leaf: `unknown` is none of ours, or was erased. */
export type LeafAnswer =
  | { readonly leaf: string; readonly state: 'anchoring' | 'unknown' }
  | {
      readonly leaf: string;
      readonly state: 'anchored';
      readonly root: Hex;
      readonly sequence: number;
      readonly anchoredAt: number;
      readonly index: number;
      /** From the leaf up. */
      readonly path: readonly Hex[];
      readonly signedAgain?: SignedAgainAnswer;
    };

const HOUR_SECONDS = 3_600;
const PROMISE_SECONDS: number = 24 * HOUR_SECONDS;

export class Receipts {
  readonly #deps: ReceiptsDependencies;

  constructor(deps: ReceiptsDependencies) {
    this.#deps = deps;
  }

  /** Call it only for what is on the disk. */
  async sign(records: readonly ReceiptRecord[]): Promise<string> {
    const { did, key, now } = this.#deps;
    const issuedAtSeconds = Math.floor(now() / 1000);
    // Credentials count from the hour.
    const anchoredBySeconds = issuedAtSeconds - (issuedAtSeconds % HOUR_SECONDS) + PROMISE_SECONDS;
    return await signReceipt({ issuer: did, issuedAtSeconds, anchoredBySeconds, records }, key);
  }

  /**
   * One answer for each leaf, in the receipt's order. Who signed the receipt does not matter here: it only says
   * which of our leaves are asked for. Throws `RECEIPT_INVALID`.
   */
  async prove(text: string): Promise<readonly LeafAnswer[]> {
    const answers: LeafAnswer[] = [];
    for (const { id, leaves } of recordsIn(text)) {
      const number = this.#deps.index.fromRecordId(id);
      const known = number === undefined ? [] : await this.#deps.release.inclusions(number);
      for (const leaf of leaves) answers.push(this.#answerOf(leaf, known));
    }
    return answers;
  }

  #answerOf(leaf: Uint8Array, known: readonly Inclusion[]): LeafAnswer {
    const same = known.find(({ leafHash }) => equalBytes(leafHash, leaf));
    if (same !== undefined) return toAnswer(leaf, same);
    for (const inclusion of known) {
      const formerKid = this.#formerKidOf(leaf, inclusion);
      if (formerKid !== undefined) return toAnswer(leaf, inclusion, formerKid);
    }
    return { leaf: toBase64url(leaf), state: 'unknown' };
  }

  /** The key under which this credential had that leaf. */
  #formerKidOf(leaf: Uint8Array, { payloadHash }: Inclusion): string | undefined {
    const { crypto, kids } = this.#deps;
    return kids().find((kid) => equalBytes(leafUnder(crypto, kid, payloadHash), leaf));
  }
}

function recordsIn(text: string): readonly ReceiptRecord[] {
  try {
    return parseReceipt(text).records;
  } catch (cause) {
    if (cause instanceof ReceiptError) throw new IssuerError('RECEIPT_INVALID', cause.message, { cause });
    throw cause;
  }
}

function toAnswer(leafHash: Uint8Array, inclusion: Inclusion, formerKid?: string): LeafAnswer {
  const leaf = toBase64url(leafHash);
  if (inclusion.place === undefined) return { leaf, state: 'anchoring' };
  const { kid, payloadHash } = inclusion;
  const { root, sequence, timeSeconds, index, path } = inclusion.place;
  const steps = Array.from({ length: path.length / HASH_BYTES }, (_, i) =>
    toHex(path.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1))),
  );
  return {
    leaf,
    state: 'anchored',
    root: toHex(root),
    sequence,
    anchoredAt: timeSeconds,
    index,
    path: steps,
    ...(formerKid === undefined ? {} : { signedAgain: { formerKid, kid, payloadHash: toHex(payloadHash) } }),
  };
}
