/** The verdict as routes answer it: `core/verify/verdict.ts` in the schema language. */
import { REASON_CODES } from '../core/verify/reasons.ts';
import { STEPS, type Verdict } from '../core/verify/verdict.ts';
import type { CombinedVerdict } from '../core/verify/together.ts';
import type { TUnsafe } from 'typebox';
import { Closed, Type, type TSchema } from '../service/schema.ts';

const oneOf = (values: readonly string[]): TSchema => Type.Enum([...values]);
/** Other systems have fractions of a second. */
const Seconds = Type.Number();
const Reasons = Type.Array(oneOf(REASON_CODES));

const Policies = Type.Array(Type.Unknown({ description: 'What each policy says, rule by rule' }));

const Evidence = Closed({
  format: Type.Optional(Type.String()),
  commitment: Type.Optional(Type.String()),
  kid: Type.Optional(Type.String()),
  anchoredAtSeconds: Type.Optional(Seconds),
  signature: oneOf(['checked', 'not-checked']),
  issuer: Type.Optional(Closed({ did: Type.String(), name: Type.String(), jurisdiction: Type.String() })),
  type: Type.Optional(Type.String()),
  profile: Type.Optional(oneOf(['venue', 'travel'])),
  issuedAtSeconds: Type.Optional(Seconds),
  claims: Type.Optional(Type.Unknown({ description: 'The verified payload: personal data' })),
  foreign: Type.Optional(Type.Unknown({ description: 'Of codes of other systems: personal data' })),
  policies: Type.Optional(Policies),
  presentation: Type.Optional(Closed({ timeSeconds: Seconds, gate: Type.Integer() })),
  identity: Type.Optional(Type.Unknown({ description: 'How the document in hand was compared' })),
});

const grade = oneOf(['fresh', 'ageing', 'stale', 'unknown']);
const LedgerFreshness = Closed({
  basis: Type.Literal('ledger'),
  grade,
  checkpointTimeSeconds: Seconds,
  ageSeconds: Seconds,
  statusAgeSeconds: Type.Optional(Seconds),
});
const ListFreshness = Closed({
  basis: Type.Literal('trust-list'),
  grade,
  listedAtSeconds: Type.Optional(Seconds),
  listedUntilSeconds: Type.Optional(Seconds),
});

const Policy = Closed({ id: Type.String(), version: Type.Integer() });
const Answer = {
  outcome: oneOf(['pass', 'condition', 'refer', 'stop']),
  validity: oneOf(['valid', 'invalid', 'unconfirmed']),
  reasons: Reasons,
  policy: Policy,
} as const;

export const VerdictSchema: TUnsafe<Verdict> = Type.Unsafe<Verdict>(
  Closed({
    ...Answer,
    freshness: Type.Union([LedgerFreshness, ListFreshness]),
    steps: Type.Array(
      Closed({
        step: oneOf(STEPS),
        result: oneOf(['ok', 'failed', 'unconfirmed', 'not-checked']),
        reasons: Type.Optional(Reasons),
      }),
    ),
    evidence: Evidence,
  }),
);

export const CombinedVerdictSchema: TUnsafe<CombinedVerdict> = Type.Unsafe<CombinedVerdict>(
  Closed({ ...Answer, policies: Policies, parts: Type.Array(VerdictSchema) }),
);
