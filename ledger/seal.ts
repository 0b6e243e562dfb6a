/**
 * Clique seals (EIP-225): who made a block.
 *
 *   extraData  vanity 32 ‖ signers 20 each, on genesis and epoch blocks ‖ seal 65 (zero on genesis)
 *   seal       r ‖ s ‖ recovery over keccak256 of the header without those 65 bytes
 *
 * A seal vouches for every block before it, since its header names its parent: checking the last block of a
 * confirmed run is enough. The signers are those of the pinned genesis: on our chain nobody votes.
 */
import { Buffer } from 'node:buffer';
import { recoverAddress, Signature } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { EXTRA_DATA_ITEM, hashItems, type BlockHeader } from './block-header.ts';
import { LedgerError } from './errors.ts';

const VANITY_BYTES = 32;
const SIGNER_BYTES = 20;
const SEAL_BYTES = 65;

/** The signers a genesis header names; none when it is not one of a Clique chain. */
export function signersOf(genesis: BlockHeader): readonly Hex[] {
  const bytes = genesis.extraData.length - VANITY_BYTES - SEAL_BYTES;
  if (bytes <= 0 || bytes % SIGNER_BYTES !== 0) return [];
  const signers = Buffer.from(genesis.extraData.subarray(VANITY_BYTES, VANITY_BYTES + bytes)).toString('hex');
  // One match for each 20 bytes.
  return (signers.match(/.{40}/g) ?? []).map((address): Hex => `0x${address}`);
}

/** Throws `LEDGER_HEADER_INVALID` unless one of `signers` sealed the header. */
export function checkSeal(header: BlockHeader, signers: readonly Hex[]): void {
  const sealer = sealerOf(header);
  if (sealer === undefined || !signers.includes(sealer)) {
    throw new LedgerError(
      'LEDGER_HEADER_INVALID',
      `block ${header.number} is not sealed by a signer of this chain`,
    );
  }
}

function sealerOf(header: BlockHeader): Hex | undefined {
  const unsealed = header.extraData.subarray(0, -SEAL_BYTES);
  const seal = Buffer.from(header.extraData.subarray(-SEAL_BYTES));
  if (unsealed.length < VANITY_BYTES) return undefined;
  try {
    const signature = Signature.from({
      r: `0x${seal.toString('hex', 0, 32)}`,
      s: `0x${seal.toString('hex', 32, 64)}`,
      v: 27 + seal.readUInt8(64),
    });
    const digest = hashItems(header.items.with(EXTRA_DATA_ITEM, unsealed));
    return recoverAddress(digest, signature).toLowerCase() as Hex; // an address
  } catch {
    return undefined;
  }
}
