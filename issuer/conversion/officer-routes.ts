/**
 * What officers and operators of the target call:
 *
 *   GET  /conversions/referrals            what waits for an officer
 *   POST /conversions/referrals/{number}   an officer's word
 *   GET  /conversions/recognition          what was made of one source's codes, and from when on they count no more
 */
import { DECISIONS } from '../../core/conversion/acknowledgement.ts';
import { REFUSALS } from '../../core/conversion/refusals.ts';
import { COLOURS, SCHEMES } from '../../core/record/derived.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorContext } from '../routes/operator-route.ts';
import { problems } from '../routes/schemas.ts';
import type { Referral } from './target/referrals.ts';
import { inLanguage, languageOf } from './language.ts';

const Language = Type.Union(LANGUAGES.map((language) => Type.Literal(language)));
const Did = Type.String({ maxLength: 200, pattern: '^did:web:' });
const Decision = Type.Union(DECISIONS.map((decision) => Type.Literal(decision)));
const Colour = Type.Union(COLOURS.map((colour) => Type.Literal(colour)));
const Scheme = Type.Union(SCHEMES.map((scheme) => Type.Literal(scheme)));
const Evidence = Closed({ type: Type.String(), class: Type.String(), collectedAt: Type.String() });
/** For an officer: who it is stands in the document in hand, and is not repeated here. */
const ReferralForm = Closed({
  number: Type.Integer(),
  source: Did,
  sourceState: Colour,
  scheme: Scheme,
  proposedState: Colour,
  reason: Type.String(),
  text: Type.String(),
  referredAt: Type.Integer(),
  validUntil: Type.Integer(),
  port: Type.Optional(Type.String()),
  plannedOn: Type.Optional(Type.String()),
  document: Closed({ docType: Type.String(), docNumber: Type.String(), docIssuer: Type.String() }),
  evidence: Type.Array(Evidence),
});
const RecognitionForm = Closed({
  source: Did,
  /** From when on no mapping holds, Unix seconds; absent: one does, or none ever did. */
  withdrawnFrom: Type.Optional(Type.Integer()),
  converted: Type.Array(
    Closed({
      number: Type.Integer(),
      decision: Decision,
      decidedAt: Type.Integer(),
      ruleId: Type.String(),
      mappingVersion: Type.Integer(),
      state: Type.Optional(Colour),
      recordId: Type.Optional(Type.String()),
    }),
  ),
});
const Ruled = Closed({ decision: Decision, state: Type.Optional(Colour) });
const Asked = Closed({ language: Type.Optional(Language) });

export function addForOfficers(app: Service, { issuer, onRequest }: OperatorContext): void {
  const common = { tags: ['operator'], security: [{ operator: [] }] };
  app.get(
    '/conversions/referrals',
    {
      onRequest,
      schema: { ...common, querystring: Asked, response: { 200: Type.Array(ReferralForm), ...problems } },
    },
    async (request) => {
      const language = languageOf(request);
      const referrals = await issuer.conversion.target.referrals();
      return referrals.map((referral) => toForm(referral, REFUSALS[referral.reason][language]));
    },
  );
  const Ruling = Closed({
    decision: Type.Union([Type.Literal('accepted'), Type.Literal('refused')]),
    officer: Type.String({ minLength: 1, maxLength: 40 }),
  });
  app.post(
    '/conversions/referrals/:number',
    {
      onRequest,
      schema: {
        ...common,
        querystring: Asked,
        params: Closed({ number: Type.String({ pattern: '^[1-9]\\d{0,14}$' }) }),
        body: Ruling,
        response: { 200: Ruled, ...problems },
      },
    },
    async (request) =>
      inLanguage(request, async () => {
        const { decision, state } = await issuer.conversion.target.rule(
          Number(request.params.number),
          request.body,
        );
        return { decision, ...(state === undefined ? {} : { state }) };
      }),
  );
  app.get(
    '/conversions/recognition',
    {
      onRequest,
      schema: {
        ...common,
        querystring: Closed({ source: Did }),
        response: { 200: RecognitionForm, ...problems },
      },
    },
    async (request) => {
      const { source } = request.query;
      const { withdrawnFrom, converted } = await issuer.conversion.target.recognition(source);
      return {
        source,
        ...(withdrawnFrom === undefined ? {} : { withdrawnFrom }),
        converted: converted.map(({ decidedAtSeconds, ...rest }) => ({
          ...rest,
          decidedAt: decidedAtSeconds,
        })),
      };
    },
  );
}

function toForm(referral: Referral, text: string) {
  const { subject, evidence, port, plannedOn, referredAtSeconds, validUntilSeconds } = referral;
  const { docIssuer, docNumber, docType } = subject;
  const { number, source, sourceState, scheme, proposedState, reason } = referral;
  return {
    number,
    source,
    sourceState,
    scheme,
    proposedState,
    reason,
    text,
    referredAt: referredAtSeconds,
    validUntil: validUntilSeconds,
    evidence: [...evidence],
    document: { docIssuer, docNumber, docType },
    ...(port === undefined ? {} : { port }),
    ...(plannedOn === undefined ? {} : { plannedOn }),
  };
}
