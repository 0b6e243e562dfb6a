/**
 * What an issuer publishes about one of its batches, `GET /batches/{root}`, read strictly:
 *
 *   { "issuer": "0x…", "root": "0x…", "class": "short" | "long", "log2Size": 6…12, "sequence": 1…,
 *     "leaves": ["0x…", …] }      leaf hashes in tree order, padding included
 */
import { fromHex } from '../core/bytes/hex.ts';
import type { BatchClass } from '../core/credential/credential-type.ts';
import { AuditError } from './errors.ts';

export interface PublishedBatch {
  /** The issuer's id on the ledger. */
  readonly issuer: string;
  readonly root: string;
  readonly class: BatchClass;
  readonly log2Size: number;
  readonly sequence: number;
  /** 32 bytes a leaf, one after another. */
  readonly leafHashes: Uint8Array;
}

const LEAF = /^0x[0-9a-f]{64}$/;
const LEAF_BYTES = 32;

/** Throws `AUDIT_BATCH_MALFORMED` for anything but the shape above. */
export function parsePublishedBatch(value: unknown): PublishedBatch {
  const fields = new Map(Object.entries(isObject(value) ? value : {}));
  return {
    issuer: text(fields.get('issuer'), 'issuer'),
    root: text(fields.get('root'), 'root'),
    class: batchClass(fields.get('class')),
    log2Size: integer(fields.get('log2Size'), 'log2Size'),
    sequence: integer(fields.get('sequence'), 'sequence'),
    leafHashes: leafHashes(fields.get('leaves')),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, name: string): string {
  return typeof value === 'string' ? value : malformed(name);
}

function integer(value: unknown, name: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : malformed(name);
}

function batchClass(value: unknown): BatchClass {
  return value === 'short' || value === 'long' ? value : malformed('class');
}

function leafHashes(value: unknown): Uint8Array {
  if (!Array.isArray(value)) return malformed('leaves');
  const flat = new Uint8Array(value.length * LEAF_BYTES);
  value.forEach((leaf: unknown, index) => {
    const isLeaf = typeof leaf === 'string' && LEAF.test(leaf);
    flat.set(isLeaf ? fromHex(leaf) : malformed('leaves'), index * LEAF_BYTES);
  });
  return flat;
}

function malformed(name: string): never {
  throw new AuditError('AUDIT_BATCH_MALFORMED', `the published batch has no usable "${name}"`);
}
