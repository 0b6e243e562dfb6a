/** Schemas that the routes of acts share. Each says in JSON Schema what the type beside it says. */
import type { TObject, TOptional, TProperties, TString, TUnsafe } from 'typebox';
import { LEGAL_BASIS_SCHEMA, NOTICE_SCHEMA } from '../../core/act/act.ts';
import { ACT_KINDS, ACT_REASONS, mayBeProposed } from '../../core/act/kinds.ts';
import { ACT_ID_PATTERN, groupSelectorSchema } from '../../core/act/selector.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { ActView } from '../acts/acts.ts';
import type { ActRequest } from '../acts/propose.ts';
import { Name } from './schemas.ts';

export const ActId: TString = Type.String({ pattern: ACT_ID_PATTERN });
export const Address: TUnsafe<Hex> = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{40}$' }));
export const Root: TUnsafe<Hex> = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{64}$' }));
/** Makes a proposal safe to send again. */
export const IdempotencyHeader: TObject<{ 'idempotency-key': TOptional<TString> }> = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
});
/** r ‖ s ‖ v. */
export const Signature65: TUnsafe<Hex> = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{130}$' }));

/** 9999-12-31T23:59:59Z. */
const MAX_SECONDS = 253_402_300_799;
const Seconds = Type.Integer({ minimum: 0, maximum: MAX_SECONDS });
/** Erasing, and ending a former colour, are not proposed: they follow from something else. */
const REASONS = Object.values(ACT_REASONS).flat().filter(mayBeProposed);

/** What every act says, whatever it does. */
export const TERMS: TProperties = {
  reason: Type.String({ enum: REASONS }),
  legalBasis: LEGAL_BASIS_SCHEMA,
  notice: NOTICE_SCHEMA,
  effectiveFrom: Type.Optional(Seconds),
  proposedBy: Type.Optional(Address),
};

export const ActBody: TUnsafe<ActRequest> = Type.Unsafe<ActRequest>(
  Closed({
    ...TERMS,
    kind: Type.String({ enum: [...ACT_KINDS] }),
    until: Type.Optional(Seconds),
    target: Type.Union([
      Closed({ by: Type.Literal('credential'), handle: Name }),
      Closed({ by: Type.Literal('record'), recordId: Name }),
      groupSelectorSchema,
    ]),
  }),
);

/** The act itself is as its bytes are: `core/act/act.ts` says what is in it. */
export const ActAnswer: TUnsafe<ActView> = Type.Unsafe<ActView>(
  Closed({
    id: Type.String(),
    state: Type.String({ enum: ['proposed', 'approving', 'approved', 'anchored', 'withdrawn'] }),
    act: Type.Object({}, { additionalProperties: true }),
    approvedBy: Type.Array(Address),
  }),
);
