/** What conversions need of the world: the ledger, as it was read, and two ways to write to it. */
import type { Hex } from '../../core/bytes/hex.ts';
import type { Side } from '../../core/conversion/padding.ts';
import type { LedgerKnowledge } from '../../core/verify/context.ts';

/** A mapping as the ledger knows it. */
export interface MappingInForce {
  /** SHA-256 of its content. */
  readonly digest: Hex;
  readonly effectiveFrom: number;
}

/** What a verifier knows of the ledger, and what only conversions ask: `core/trust`'s LedgerState has it. */
export interface ConversionKnowledge extends LedgerKnowledge {
  readonly policies: {
    /** By the ids of authorities; `undefined`: none is in force at that time. */
    mappingAt(source: Hex, target: Hex, atSeconds: number): MappingInForce | undefined;
    /** Every version there ever was, withdrawals included, oldest first. */
    mappingVersions(source: Hex, target: Hex): readonly { readonly effectiveFrom: number }[];
  };
  readonly conversions: {
    /** By the ids of issuers. */
    isSpent(source: Hex, target: Hex, nullifier: Uint8Array): boolean;
  };
}

/** A padded batch on its way to the ledger, between this issuer and `peer`. */
export interface BlindedBatch {
  readonly side: Side;
  /** The other issuer, as the ledger names it. */
  readonly peer: Hex;
  /** 8 to 256, a power of two. */
  readonly values: readonly Uint8Array[];
  /** The pair's last plus one. */
  readonly sequence: number;
}

export interface ConversionPort {
  readonly state: ConversionKnowledge;
  /** Reads all that is final and not read yet. */
  sync(): Promise<void>;
  /** Sequence of the pair's last batch, 0 before the first. */
  sequence(side: Side, peer: Hex): Promise<number>;
  /** In which batch a value of this issuer's stands, 0 when it is in none. */
  sequenceOf(side: Side, peer: Hex, value: Uint8Array): Promise<number>;
  /** `listener` is told of each batch that a target acknowledges to us, as `sync` reads it; from the first `sync` on. */
  onAcknowledged(listener: (target: Hex, values: readonly Hex[]) => void): void;
  /** Writes a batch, once however often it is asked. `taken`: another batch has this sequence. */
  write(batch: BlindedBatch): Promise<'written' | 'taken'>;
}
