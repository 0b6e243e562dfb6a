/**
 * Requests for acts that carry an idempotency key: the same request again gives the same act, another one under the same
 * key is refused. Requests and keys are known by keyed hashes; an act is for ever, and so is this.
 */
import { equalBytes } from '../../core/bytes/equal.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { KeyedIndex } from '../keyed-index.ts';
import { TABLES, type IssuerTables } from '../store.ts';

export interface ActRequestsDependencies {
  readonly tables: IssuerTables;
  readonly index: KeyedIndex;
}

/** What was asked for, as JSON, and under which key. */
export interface KeyedRequest {
  readonly key: string;
  readonly request: object;
}

const NAME_BYTES = 16;

/** The number of the act that the request made before. Throws `ACT_REQUEST_REUSED`. */
export async function knownAct(
  { key, request }: KeyedRequest,
  { index, tables }: ActRequestsDependencies,
): Promise<number | undefined> {
  const value = await tables.actRequests.get(index.ofRequest(key));
  if (value === undefined) return undefined;
  if (!equalBytes(value.subarray(0, NAME_BYTES), index.ofRequest(toCanonicalJson(request))))
    throw new IssuerError('ACT_REQUEST_REUSED', 'the same key came with another act');
  return readUint64(value, NAME_BYTES);
}

/** Adds that the request made this act. */
export function addRequest(
  batch: WriteBatch,
  { key, request }: KeyedRequest,
  { number, index }: { readonly number: number; readonly index: KeyedIndex },
): void {
  const value = concatBytes(index.ofRequest(toCanonicalJson(request)), toUint64(number));
  batch.put(TABLES.actRequests, index.ofRequest(key), value);
}
