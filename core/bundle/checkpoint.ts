/**
 * The text of a checkpoint (C2SP tlog-checkpoint): origin, size and root of a log, a line each.
 *
 *   hcl/31337/f3a1…                                   `originOf` chain id and genesis hash
 *   20852163
 *   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *
 * The origin names the ledger, so a checkpoint of one ledger is never one of another. Extension lines are refused:
 * no signer of ours would know what it said by signing them.
 */
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { BytesError } from '../bytes/errors.ts';
import type { Hex } from '../bytes/hex.ts';
import { NoteError } from './errors.ts';

export interface Checkpoint {
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes, RFC 9162 §2.1.1. */
  readonly root: Uint8Array;
}

const ROOT_BYTES = 32;
const TEXT = /^([^\s+]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/;

/** `hcl/<chain id>/<genesis hash, 64 hex digits>`: which log this is, and of which ledger. */
export function originOf({ chainId, genesisHash }: ChainIdentity): string {
  return `hcl/${chainId}/${genesisHash.slice(2)}`;
}

export interface ChainIdentity {
  readonly chainId: number;
  readonly genesisHash: Hex;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Throws `CHECKPOINT_MALFORMED` for whatever {@link checkpointText} does not write. */
export function parseCheckpoint(text: string): Checkpoint {
  const [, origin, digits, base64] = TEXT.exec(text) ?? [];
  const size = Number(digits);
  if (origin === undefined || base64 === undefined || !Number.isSafeInteger(size)) throw malformed();
  return { origin, size, root: rootOf(base64) };
}

function rootOf(base64: string): Uint8Array {
  try {
    const root = fromBase64(base64);
    if (root.length === ROOT_BYTES) return root;
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
  }
  throw malformed();
}

function malformed(): NoteError {
  return new NoteError('CHECKPOINT_MALFORMED', 'not a checkpoint');
}
