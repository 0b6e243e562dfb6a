/**
 * What an unsigned record lacks: the signatures of its credentials, their leaves, and its sealed entry. This is most
 * of the work of issuing and needs nothing but keys, so it may be done anywhere (`finisher.ts`).
 */
import { commitmentOf, leafHash } from '../core/commitment/leaf.ts';
import type { Crypto } from '../core/crypto.ts';
import type { RecordSealer } from './record-entry.ts';
import type { IssuerKey } from './signing.ts';

export interface UnsignedRecord {
  readonly number: number;
  /** Canonical. */
  readonly recordBytes: Uint8Array;
  /** Canonical payloads, in the order of `PROFILES`. */
  readonly payloads: readonly Uint8Array[];
}

export interface FinishedRecord {
  /** The store's value. */
  readonly sealed: Uint8Array;
  /** 32 bytes for each payload, in their order. */
  readonly leafHashes: readonly Uint8Array[];
}

export interface FinishingParts {
  readonly crypto: Crypto;
  readonly key: IssuerKey;
  readonly sealer: RecordSealer;
}

export function finishRecord(record: UnsignedRecord, parts: FinishingParts): FinishedRecord {
  return sealSigned(
    record,
    record.payloads.map((payload) => parts.key.signCredential(payload)),
    parts,
  );
}

/** @param signatures one for each payload, low-S */
export function sealSigned(
  { number, recordBytes, payloads }: UnsignedRecord,
  signatures: readonly Uint8Array[],
  { crypto, key, sealer }: Omit<FinishingParts, 'key'> & { readonly key: Pick<IssuerKey, 'headerBytes'> },
): FinishedRecord {
  const { headerBytes } = key;
  const credentials = payloads.map((payloadBytes, i) => {
    // One signature for each payload.
    return { headerBytes, payloadBytes, signature: signatures[i]! };
  });
  return {
    sealed: sealer.seal(number, { recordBytes, credentials }),
    leafHashes: payloads.map((payload) => leafHash(crypto, commitmentOf(crypto, headerBytes, payload))),
  };
}
