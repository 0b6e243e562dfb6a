/**
 * A leaf of the checkpoint log: one for each finalised block that changed the state (92 bytes before hashing).
 *
 *   data = SHA-256("hcl/state/1\0" ‖ block number u64 ‖ block hash 32 ‖ time u64, Unix seconds ‖ state root 32)
 *
 * Numbers are big endian. The log is an RFC 9162 tree over these 32 bytes as leaf data.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import type { Head } from './ledger-state.ts';

const DOMAIN = toUtf8('hcl/state/1\0');
const HASH_BYTES = 32;

/** `block` is the last one that changed the state (`LedgerState.lastChange`). */
export function checkpointLeaf(crypto: Crypto, block: Head, stateRoot: Uint8Array): Uint8Array {
  const out = new ByteWriter().raw(DOMAIN).u64(block.number);
  out.fixed(block.hash, HASH_BYTES).u64(block.timeSeconds).raw(stateRoot);
  return crypto.sha256(out.bytes);
}
