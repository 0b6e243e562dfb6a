/**
 * Which credentials an act is about, as the act itself says it. One record or credential is named by its entries in
 * the status lists and by nothing else: after an erasure the act leads nowhere.
 *
 *   {"by":"practitioner","practitioner":"M00001"}     {"by":"lot","lot":"210102","product":"eu|EU/1/20/1528"}
 *   {"by":"laboratory","laboratory":"…","from":1671580800,"until":1671667200}
 */
import Type from 'typebox';
import type { Hex } from '../bytes/hex.ts';

export interface StatusEntry {
  readonly uri: string;
  readonly idx: number;
}

/** Facts are compared as they stand in the record, letter by letter. */
export type GroupSelector =
  | { readonly by: 'practitioner'; readonly practitioner: string }
  /** Where it was given: the record's centre. */
  | { readonly by: 'site'; readonly site: string }
  | { readonly by: 'lot'; readonly lot: string; readonly product?: string }
  /** Specimens collected from `from` on and before `until`, Unix seconds. */
  | {
      readonly by: 'laboratory';
      readonly laboratory: string;
      readonly from: number;
      readonly until: number;
    }
  /** Everything signed with this key. */
  | { readonly by: 'key'; readonly kid: string }
  /** Everything that this issuer has issued. */
  | { readonly by: 'issuer' }
  /** Everything that another act was about; a stay or reinstatement then concerns that act alone. */
  | { readonly by: 'act'; readonly act: string };

export type Selector =
  | { readonly by: 'credential'; readonly entry: StatusEntry }
  | { readonly by: 'record'; readonly entries: readonly StatusEntry[] }
  /** The person's own right: the record is destroyed once its credentials are revoked. */
  | { readonly by: 'erasure' }
  /**
   * The health codes that a change of colour ends: the leaf of the colour act (`core/health/colour-act.ts`), or the
   * digest of what two people rule.
   */
  | { readonly by: 'colour'; readonly change: Hex }
  | GroupSelector;

const CLOSED = { additionalProperties: false } as const;
const Seconds = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Text = Type.String({ minLength: 1, maxLength: 80 });
const Entry = Type.Object({ uri: Type.String({ minLength: 1 }), idx: Type.Integer({ minimum: 0 }) }, CLOSED);
export const ACT_ID_PATTERN = '^[0-9a-f]{32}$';

const GROUPS = [
  Type.Object({ by: Type.Literal('practitioner'), practitioner: Text }, CLOSED),
  Type.Object({ by: Type.Literal('site'), site: Text }, CLOSED),
  Type.Object({ by: Type.Literal('lot'), lot: Text, product: Type.Optional(Text) }, CLOSED),
  Type.Object({ by: Type.Literal('laboratory'), laboratory: Text, from: Seconds, until: Seconds }, CLOSED),
  Type.Object({ by: Type.Literal('key'), kid: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) }, CLOSED),
  Type.Object({ by: Type.Literal('issuer') }, CLOSED),
  Type.Object({ by: Type.Literal('act'), act: Type.String({ pattern: ACT_ID_PATTERN }) }, CLOSED),
];

export const groupSelectorSchema: Type.TUnsafe<GroupSelector> = Type.Unsafe<GroupSelector>(
  Type.Union(GROUPS),
);

export const selectorSchema: Type.TUnsafe<Selector> = Type.Unsafe<Selector>(
  Type.Union([
    Type.Object({ by: Type.Literal('credential'), entry: Entry }, CLOSED),
    Type.Object({ by: Type.Literal('record'), entries: Type.Array(Entry, { minItems: 1 }) }, CLOSED),
    Type.Object({ by: Type.Literal('erasure') }, CLOSED),
    Type.Object({ by: Type.Literal('colour'), change: Type.String({ pattern: '^0x[0-9a-f]{64}$' }) }, CLOSED),
    ...GROUPS,
  ]),
);
