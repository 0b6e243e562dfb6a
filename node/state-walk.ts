/**
 * Walks the part of a state trie that one block made, from its root down (Yellow Paper, appendix D): accounts,
 * their storage and their code. A child that the block did not make was there before and is not visited again.
 *
 *     branch    = [16 children, value]
 *     extension = [path with an even first half byte, child]
 *     leaf      = [path with an odd … or 2 … (hex prefix ≥ 0x20), value]
 *
 * A child is the 32-byte hash of its node, or the node itself when that is shorter than 32 bytes.
 */
import { RLP, type NestedUint8Array } from '@ethereumjs/rlp';
import { bytesToUnprefixedHex, equalsBytes } from '@ethereumjs/util';

const HASH_BYTES = 32;
const LEAF_FLAG = 0x20;
/** EthereumJS keeps code under the ASCII letter c and its hash. */
const CODE_PREFIX = '63';

type Item = Uint8Array | NestedUint8Array;

interface Walk {
  readonly made: ReadonlyMap<string, Uint8Array>;
  readonly stored: (key: string) => Uint8Array | undefined;
}

/** Key of a node that the block made and the store lacks or holds otherwise; `undefined` when all are there. */
export function unstoredNode(
  stateRoot: Uint8Array,
  made: Walk['made'],
  stored: Walk['stored'],
): string | undefined {
  return visit(bytesToUnprefixedHex(stateRoot), { made, stored }, visitAccount);
}

type OnLeaf = (value: Uint8Array, walk: Walk) => string | undefined;

function visit(key: string, walk: Walk, onLeaf: OnLeaf): string | undefined {
  const node = walk.made.get(key);
  if (node === undefined) return undefined;
  const stored = walk.stored(key);
  if (stored === undefined || !equalsBytes(stored, node)) return key;
  return visitItems(RLP.decode(node), walk, onLeaf);
}

function visitItems(node: Item, walk: Walk, onLeaf: OnLeaf): string | undefined {
  if (!Array.isArray(node)) return undefined;
  const [path, second] = node;
  if (node.length === 2 && path instanceof Uint8Array && ((path[0] ?? 0) & LEAF_FLAG) !== 0) {
    return second instanceof Uint8Array ? onLeaf(second, walk) : undefined;
  }
  // A branch has sixteen children before its value, which tries of hashed keys leave empty; an extension has one.
  for (const child of node.length === 2 ? node.slice(1) : node.slice(0, 16)) {
    const lacking = visitChild(child, walk, onLeaf);
    if (lacking !== undefined) return lacking;
  }
  return undefined;
}

function visitChild(child: Item, walk: Walk, onLeaf: OnLeaf): string | undefined {
  if (!(child instanceof Uint8Array)) return visitItems(child, walk, onLeaf);
  return child.length === HASH_BYTES ? visit(bytesToUnprefixedHex(child), walk, onLeaf) : undefined;
}

/** An account is rlp([nonce, balance, storage root, code hash]). */
function visitAccount(value: Uint8Array, walk: Walk): string | undefined {
  const [, , storageRoot, codeHash] = RLP.decode(value);
  if (!(storageRoot instanceof Uint8Array) || !(codeHash instanceof Uint8Array)) return undefined;
  const codeKey = CODE_PREFIX + bytesToUnprefixedHex(codeHash);
  const code = walk.made.get(codeKey);
  const storedCode = walk.stored(codeKey);
  if (code !== undefined && (storedCode === undefined || !equalsBytes(storedCode, code))) return codeKey;
  return visit(bytesToUnprefixedHex(storageRoot), walk, () => undefined);
}
