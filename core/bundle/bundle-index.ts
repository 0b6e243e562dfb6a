/**
 * What a publisher offers, `latest`: names of files, nothing that anybody believes. Read strictly all the same, for the
 * names become addresses.
 *
 *   { "origin": "hcl/…", "size": 91, "timeSeconds": 1671580800, "checkpoint": "…",
 *     "full": { "path": "files/<sha-256>.hclb", "bytes": 210000, "size": 80 },
 *     "deltas": [{ "path": "files/<sha-256>.hclb", "bytes": 14000, "from": 80 }],
 *     "handovers": [{ "path": "files/<sha-256>.hclb", "bytes": 4000, "version": 2 }],
 *     "signers": { "version": 2, "threshold": 2, "keys": ["0x…"] } }
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseStrictJson } from '../bytes/strict-json.ts';
import { BytesError } from '../bytes/errors.ts';
import type { CheckpointSet } from '../trust/trust-list.ts';
import { BundleError } from './errors.ts';

export interface BundleFile {
  /** Below the index: `files/<sha-256>.hclb`. */
  readonly path: string;
  readonly bytes: number;
}

export interface FullFile extends BundleFile {
  /** Size of the log. */
  readonly size: number;
}

export interface DeltaFile extends BundleFile {
  /** Size of the log that it is a change to. */
  readonly from: number;
}

export interface HandoverFile extends BundleFile {
  /** Version of the signers that it makes known. */
  readonly version: number;
}

export interface BundleIndex {
  readonly origin: string;
  /** Size of the log. */
  readonly size: number;
  /** As of when, Unix seconds. */
  readonly timeSeconds: number;
  /** The checkpoint with its signatures. */
  readonly checkpoint: string;
  readonly full: FullFile;
  /** From the latest to the oldest base. */
  readonly deltas: readonly DeltaFile[];
  /** In the order of their versions. */
  readonly handovers: readonly HandoverFile[];
  /** Who has to sign what comes after this; a device goes by its own knowledge. */
  readonly signers: CheckpointSet;
}

const Natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const closed = { additionalProperties: false } as const;
const file = { path: Type.String({ pattern: '^files/[0-9a-f]{64}\\.hclb$' }), bytes: Natural };
const MAX_FILES = 1024;
const form = Compile(
  Type.Object(
    {
      origin: Type.String({ minLength: 1 }),
      size: Natural,
      timeSeconds: Natural,
      checkpoint: Type.String(),
      full: Type.Object({ ...file, size: Natural }, closed),
      deltas: Type.Array(Type.Object({ ...file, from: Natural }, closed), { maxItems: MAX_FILES }),
      handovers: Type.Array(Type.Object({ ...file, version: Natural }, closed), { maxItems: MAX_FILES }),
      signers: Type.Object(
        {
          version: Natural,
          threshold: Natural,
          keys: Type.Array(Type.String({ pattern: '^0x[0-9a-f]{64}$' }), { maxItems: MAX_FILES }),
        },
        closed,
      ),
    },
    closed,
  ),
);

/** Throws `BUNDLE_MALFORMED`. */
export function parseBundleIndex(bytes: Uint8Array): BundleIndex {
  const value = valueOf(bytes);
  // The form says so.
  if (form.Check(value)) return value as BundleIndex;
  throw malformed();
}

function valueOf(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed(cause);
    throw cause;
  }
}

function malformed(cause?: unknown): BundleError {
  return new BundleError('BUNDLE_MALFORMED', 'not an index of bundles', { cause });
}
