/**
 * What an issuer shows auditors of its acts, read strictly.
 *
 *   GET /acts/batches/{root}     { "issuer", "root", "log2Size", "sequence", "leaves": ["0x…", …] }
 *   GET /acts/history?after=N    { "lists": [uri, …], "size": 131072, "more": false,
 *                                  "versions": [{ "version", "listCount", "changes": [{ "act": "0x…",
 *                                    "lists": [{ "uri", "value": "revoked", "indices": [7, …] }] }] }],
 *                                  "erasures": [{ "leaf": "0x…", "act": "<base64url>" }] }
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { ActChanges } from '../core/act/places.ts';
import type { Hex } from '../core/bytes/hex.ts';
import { MAX_STATUS_BYTES, STATUS_VALUES } from '../core/status/token-status-list.ts';
import { AuditError } from './errors.ts';

export interface PublishedActBatch {
  readonly issuer: Hex;
  readonly root: Hex;
  readonly log2Size: number;
  readonly sequence: number;
  readonly leaves: readonly Hex[];
}

export interface PublishedHistory {
  readonly lists: readonly string[];
  /** Entries of a list. */
  readonly size: number;
  readonly versions: readonly {
    readonly version: number;
    readonly listCount: number;
    readonly changes: readonly ActChanges[];
  }[];
  readonly erasures: readonly { readonly leaf: Hex; readonly act: string }[];
  readonly more: boolean;
}

const Hash = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const Natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const batch = Compile(
  Type.Object({
    issuer: Hash,
    root: Hash,
    log2Size: Type.Integer({ minimum: 6, maximum: 12 }),
    sequence: Natural,
    leaves: Type.Array(Hash, { maxItems: 4096 }),
  }),
);
const history = Compile(
  Type.Object({
    lists: Type.Array(Type.String({ minLength: 1 }), { maxItems: 4096 }),
    size: Type.Integer({ minimum: 8, maximum: MAX_STATUS_BYTES * 4, multipleOf: 8 }),
    versions: Type.Array(
      Type.Object({
        version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
        listCount: Natural,
        changes: Type.Array(
          Type.Object({
            act: Hash,
            lists: Type.Array(
              Type.Object({
                uri: Type.String(),
                value: Type.Union(STATUS_VALUES.map((value) => Type.Literal(value))),
                indices: Type.Array(Natural, { minItems: 1 }),
              }),
            ),
          }),
        ),
      }),
    ),
    erasures: Type.Array(Type.Object({ leaf: Hash, act: Type.String({ minLength: 1 }) })),
    more: Type.Boolean(),
  }),
);

/** Throws `AUDIT_ACTS_MALFORMED`. */
export function parseActBatch(value: unknown): PublishedActBatch {
  if (!batch.Check(value)) throw malformed('batch of acts');
  return value as PublishedActBatch; // the schema says the same
}

/** Throws `AUDIT_ACTS_MALFORMED`. */
export function parseHistory(value: unknown): PublishedHistory {
  if (!history.Check(value)) throw malformed('history of status versions');
  return value as PublishedHistory; // the schema says the same
}

function malformed(what: string): AuditError {
  return new AuditError('AUDIT_ACTS_MALFORMED', `the published ${what} is not of its form`);
}
