/** Headers that hash and chain but were never sealed: what an endpoint can make by itself. */
import { hashItems, headerItems } from '../../../ledger/block-header.ts';

type JsonBlock = Record<string, unknown>;

/** Gives each block the `changes`, its forged parent's hash and a hash of its own; the genesis block stays. */
export function forge(changes: JsonBlock): (block: JsonBlock) => JsonBlock {
  const hashes = new Map<number, unknown>();
  return (block) => {
    const number = Number(block['number']);
    if (number === 0) return block;
    const forged = { ...block, ...changes, parentHash: hashes.get(number - 1) ?? block['parentHash'] };
    const hash = hashItems(headerItems(forged));
    hashes.set(number, hash);
    return { ...forged, hash };
  };
}
