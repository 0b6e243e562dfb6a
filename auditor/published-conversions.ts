/**
 * What an issuer shows auditors of its conversions, read strictly.
 *
 *   GET /conversions/account    [{ "side": "spent", "peer": "0x…", "paddingKey": "0x…", "batches": [{ "sequence": 1,
 *                               "values": 3 }], "answers": [{ "nullifier": "0x…", "acknowledgement": "0x…" }],
 *                               "open": 1, "erased": 0 }, …]; of "acknowledged": "decisions" in place of the last two
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Hex } from '../core/bytes/hex.ts';
import type { AnsweredNullifier, Decision } from '../core/conversion/acknowledgement.ts';
import { AuditError } from './errors.ts';

interface CommonAccount {
  /** The other issuer, as the ledger names it. */
  readonly peer: Hex;
  readonly paddingKey: Hex;
  /** How many values besides padding each has. */
  readonly batches: readonly { readonly sequence: number; readonly values: number }[];
  readonly answers: readonly AnsweredNullifier[];
}

export interface SpentAccount extends CommonAccount {
  readonly side: 'spent';
  readonly open: number;
  readonly erased: number;
}

export interface AcknowledgedAccount extends CommonAccount {
  readonly side: 'acknowledged';
  readonly decisions: Readonly<Record<Decision, number>>;
}

export type PairAccount = SpentAccount | AcknowledgedAccount;

const hash = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{64}$' }));
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const common = {
  peer: hash,
  paddingKey: hash,
  batches: Type.Array(Type.Object({ sequence: count, values: count })),
  answers: Type.Array(Type.Object({ nullifier: hash, acknowledgement: hash })),
};
const decisions = Type.Object({ accepted: count, refused: count, referred: count });
const account = Compile(
  Type.Array(
    Type.Union([
      Type.Object({ side: Type.Literal('spent'), ...common, open: count, erased: count }),
      Type.Object({ side: Type.Literal('acknowledged'), ...common, decisions }),
    ]),
  ),
);

/** Throws `AUDIT_CONVERSIONS_MALFORMED`. */
export function parseConversions(value: unknown): readonly PairAccount[] {
  if (!account.Check(value)) throw malformed('is not of its form');
  const pairs = new Set(value.map(({ side, peer }) => `${side} ${peer}`));
  if (pairs.size < value.length) throw malformed('has a side of a pair twice');
  for (const { batches } of value) {
    const sequences = new Set(batches.map(({ sequence }) => sequence));
    if (sequences.size < batches.length) throw malformed('has a batch twice');
  }
  return value;
}

function malformed(how: string): AuditError {
  return new AuditError('AUDIT_CONVERSIONS_MALFORMED', `the published account of conversions ${how}`);
}
