/**
 * What a device is given once, by somebody it trusts: which ledger, and who signs for it at first.
 *
 *   { "origin": "hcl/<chain id>/<genesis hash>",
 *     "signers": { "version": 1, "threshold": 2, "keys": ["0x<Ed25519 key, 64 hex digits>", …] } }
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseStrictJson } from '../bytes/strict-json.ts';
import { BytesError } from '../bytes/errors.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import type { BundleState } from './bundle-state.ts';
import { BundleError } from './errors.ts';

export interface BundleTrust {
  readonly origin: string;
  readonly signers: CheckpointSet;
}

const closed = { additionalProperties: false } as const;
const Key = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const form = Compile(
  Type.Object(
    {
      origin: Type.String({ pattern: '^hcl/[0-9]+/[0-9a-f]{64}$' }),
      signers: Type.Object(
        {
          version: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          threshold: Type.Integer({ minimum: 1, maximum: 255 }),
          keys: Type.Array(Key, { minItems: 1, maxItems: 255, uniqueItems: true }),
        },
        closed,
      ),
    },
    closed,
  ),
);

/** What to tell whoever reads this state where it was written down: the signers of the beginning may be retired. */
export function trustOfKept({ checkpoint, signedBy }: BundleState): Uint8Array {
  const trust: BundleTrust = { origin: checkpoint.origin, signers: signedBy };
  return toUtf8(JSON.stringify(trust));
}

/** Throws `BUNDLE_TRUST_INVALID`, also when more signatures are asked for than there are keys. */
export function parseBundleTrust(bytes: Uint8Array): BundleTrust {
  const value = valueOf(bytes);
  if (!form.Check(value) || value.signers.threshold > value.signers.keys.length) throw invalid();
  // Each key is of its pattern.
  return value as BundleTrust;
}

function valueOf(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    if (cause instanceof BytesError) throw invalid(cause);
    throw cause;
  }
}

function invalid(cause?: unknown): BundleError {
  return new BundleError('BUNDLE_TRUST_INVALID', 'does not say whose bundles count', { cause });
}
