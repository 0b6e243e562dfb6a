/**
 * What officers of the target call, each with a token of their own:
 *
 *   GET  /conversions/referrals            what waits for an officer; operators see it too
 *   POST /conversions/referrals/{number}   an officer's word: whose, their token says
 */
import { DECISIONS } from '../../core/conversion/acknowledgement.ts';
import { REFUSALS } from '../../core/conversion/refusals.ts';
import { COLOURS, SCHEMES } from '../../core/record/derived.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import { bearerOf, isSameToken, requireBearerThat } from '../../service/bearer.ts';
import { RequestError } from '../../service/problems.ts';
import type { Issuer } from '../issuer.ts';
import { problems } from '../routes/schemas.ts';
import type { Referral } from './target/referrals.ts';
import { inLanguage, languageOf } from './language.ts';

const Language = Type.Union(LANGUAGES.map((language) => Type.Literal(language)));
const Did = Type.String({ maxLength: 200, pattern: '^did:web:' });
const Decision = Type.Union(DECISIONS.map((decision) => Type.Literal(decision)));
const Colour = Type.Union(COLOURS.map((colour) => Type.Literal(colour)));
const Scheme = Type.Union(SCHEMES.map((scheme) => Type.Literal(scheme)));
const Evidence = Closed({
  type: Type.String(),
  class: Type.String(),
  collectedAt: Type.String(),
  issuer: Type.Optional(Type.String()),
});
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
const Ruled = Closed({ decision: Decision, state: Type.Optional(Colour) });
const Asked = Closed({ language: Type.Optional(Language) });

export interface OfficerContext {
  readonly issuer: Issuer;
  readonly operatorToken: string;
}

export function addForOfficers(app: Service, { issuer, operatorToken }: OfficerContext): void {
  const common = { tags: ['officer'], security: [{ operator: [] }] };
  const officerWith = (token: string): string | undefined =>
    issuer.conversion.officers.officerWith(operatorToken, token);
  const isOfficers = (token: string): boolean => officerWith(token) !== undefined;
  app.get(
    '/conversions/referrals',
    {
      onRequest: requireBearerThat((token) => isOfficers(token) || isSameToken(token, operatorToken)),
      schema: { ...common, querystring: Asked, response: { 200: Type.Array(ReferralForm), ...problems } },
    },
    async (request) => {
      const language = languageOf(request);
      const referrals = await issuer.conversion.target.referrals();
      return referrals.map((referral) => toForm(referral, REFUSALS[referral.reason][language]));
    },
  );
  const Ruling = Closed({ decision: Type.Union([Type.Literal('accepted'), Type.Literal('refused')]) });
  app.post(
    '/conversions/referrals/:number',
    {
      onRequest: requireBearerThat(isOfficers),
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
        const officer = officerWith(bearerOf(request) ?? '');
        // Taken back while the request came.
        if (officer === undefined)
          throw new RequestError('UNAUTHENTICATED', 'the token is nobody’s any more');
        const ruling = { ...request.body, officer };
        const { decision, state } = await issuer.conversion.target.rule(
          Number(request.params.number),
          ruling,
        );
        return { decision, ...(state === undefined ? {} : { state }) };
      }),
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
