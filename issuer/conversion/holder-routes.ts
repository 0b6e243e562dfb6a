/**
 * What holders' devices call. They need no token: what they send is signed by the holder's key, and what they ask for is
 * named by 128 random bits. Refusals are told in the language of the request.
 *
 *   GET  /conversions/consent           the words to agree to
 *   POST /conversions                   source: convert a code; again: the same answer
 *   GET  /conversions/{id}              source: how far it is, and what to carry once it is ready
 *   POST /conversions/{id}/withdrawal   source: take the consent back
 *   POST /conversions/arrivals          target: show what was carried; again: the same answer
 *
 * With `Prefer: wait=N` (RFC 7240 §4.3) the last two are answered once there is something to carry, or within N seconds.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { DECISIONS } from '../../core/conversion/acknowledgement.ts';
import { CONSENT_VERSION, consentName, consentText } from '../../core/conversion/consent.ts';
import { REFUSALS, type RefusalCode } from '../../core/conversion/refusals.ts';
import { MAX_CODE_CHARACTERS } from '../../core/qr/code.ts';
import { COLOURS } from '../../core/record/derived.ts';
import { LANGUAGES, type Language as LanguageName } from '../../core/record/value-sets/value-set.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { Issuer } from '../issuer.ts';
import { problems } from '../routes/schemas.ts';
import { inLanguage, languageOf } from './language.ts';
import { preferredWaitMs } from './preferred-wait.ts';

const Language = Type.Union(LANGUAGES.map((language) => Type.Literal(language)));
const Did = Type.String({ maxLength: 200, pattern: '^did:web:' });
const ConsentId = Type.String({ pattern: '^[0-9a-f]{32}$' });
const Signature = Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' });
const Code = Type.String({ minLength: 1, maxLength: MAX_CODE_CHARACTERS });
const Seconds = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
const Port = Type.String({ maxLength: 20, pattern: '^[A-Z0-9][A-Z0-9-]*$' });
const Day = Type.String({ pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$' });
const Hash = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const Uri = Type.String({ minLength: 1, maxLength: 200 });
/** Of 131 072 credentials each. */
const MAX_LISTS = 512;
/** A list of ours that no compression makes smaller. */
const MAX_LIST_CHARACTERS = 44_000;
const MAX_CARRIED = 4;
const Terms = Closed({
  at: Seconds,
  /** Absent in terms of before: a request that is known is answered again. */
  evidence: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })),
  id: ConsentId,
  port: Type.Optional(Port),
  plannedOn: Type.Optional(Day),
  target: Did,
  text: Type.String({ maxLength: 40 }),
});
const List = Closed({
  digests: Type.Array(Closed({ uri: Uri, digest: Hash }), { minItems: 1, maxItems: MAX_LISTS }),
  uri: Uri,
  version: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  lst: Type.String({ maxLength: MAX_LIST_CHARACTERS, pattern: '^[A-Za-z0-9_-]*$' }),
});
const ConversionBody = Closed({
  code: Code,
  evidence: Type.Array(Code, { maxItems: 8 }),
  /** Of evidence that is of another issuer, one for each list that a code names. */
  lists: Type.Optional(Type.Array(List, { maxItems: MAX_CARRIED })),
  terms: Terms,
  signature: Signature,
});
const Decision = Type.Union(DECISIONS.map((decision) => Type.Literal(decision)));
const Colour = Type.Union(COLOURS.map((colour) => Type.Literal(colour)));
const ConversionAnswerForm = Closed({
  id: ConsentId,
  state: Type.Union(
    (['under-way', 'ready', 'withdrawn', 'ended'] as const).map((state) => Type.Literal(state)),
  ),
  target: Did,
  validUntil: Type.String(),
  /** Why nothing is handed over any more; `text` says it in the language that was asked for. */
  reason: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  decision: Type.Optional(Decision),
  package: Type.Optional(Closed({ code: Code, list: List, receipt: Type.String() })),
});
const ArrivalBody = Closed({
  code: Code,
  list: List,
  booking: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{10}$' })),
});
const DecisionAnswerForm = Closed({
  decision: Decision,
  reason: Type.Optional(Type.String()),
  /** The reason in the language that was asked for. */
  text: Type.Optional(Type.String()),
  state: Type.Optional(Colour),
  code: Type.Optional(Code),
  receipt: Type.String(),
});

/** What is answered is one person's, though no token opens it: nobody on the way keeps it (RFC 9111 §5.2.2.5). */
function keepNowhere(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('cache-control', 'no-store');
  done();
}

/** Codes, and of an issuer or two the digests of all lists and one list. */
const MAX_BYTES = 256 * 1024;
const Asked = Closed({ language: Type.Optional(Language) });
const holder = { tags: ['holder'], querystring: Asked };
const ById = Closed({ id: ConsentId });

export function addForHolders(app: Service, issuer: Issuer): void {
  const Words = Closed({ version: Type.String(), name: Type.String(), text: Type.String() });
  app.get(
    '/conversions/consent',
    { schema: { ...holder, response: { 200: Words, ...problems } } },
    (request) => {
      const name = consentName(languageOf(request));
      return { version: CONSENT_VERSION, name, text: consentText(name) ?? '' };
    },
  );
  app.post(
    '/conversions',
    {
      onRequest: keepNowhere,
      schema: { ...holder, body: ConversionBody, response: { 200: ConversionAnswerForm, ...problems } },
      bodyLimit: MAX_BYTES,
    },
    async (request) =>
      inLanguage(request, async () => {
        const { lists, signature, terms, ...rest } = request.body;
        const carried = lists === undefined ? {} : { lists };
        const asked = { ...rest, ...carried, terms, signature: fromBase64url(signature) };
        return told(await issuer.conversion.source.convert(asked), languageOf(request));
      }),
  );
  app.get(
    '/conversions/:id',
    {
      onRequest: keepNowhere,
      schema: { ...holder, params: ById, response: { 200: ConversionAnswerForm, ...problems } },
    },
    async (request) =>
      inLanguage(request, async () => {
        const { source } = issuer.conversion;
        const answer = await source.conversion(request.params.id, preferredWaitMs(request));
        return told(answer, languageOf(request));
      }),
  );
  const Withdrawal = Closed({ at: Type.Integer({ minimum: 0 }), signature: Signature });
  app.post(
    '/conversions/:id/withdrawal',
    {
      onRequest: keepNowhere,
      schema: {
        ...holder,
        params: ById,
        body: Withdrawal,
        response: { 200: ConversionAnswerForm, ...problems },
      },
    },
    async (request) =>
      inLanguage(request, async () => {
        const { at, signature } = request.body;
        const { source } = issuer.conversion;
        const answer = await source.withdraw(request.params.id, at, fromBase64url(signature));
        return told(answer, languageOf(request));
      }),
  );
  app.post(
    '/conversions/arrivals',
    {
      onRequest: keepNowhere,
      schema: { ...holder, body: ArrivalBody, response: { 200: DecisionAnswerForm, ...problems } },
      bodyLimit: MAX_BYTES,
    },
    async (request) =>
      inLanguage(request, async () => {
        const { booking, code, list } = request.body;
        const arrival = { code, list, ...(booking === undefined ? {} : { booking }) };
        const { target } = issuer.conversion;
        const waitMs = preferredWaitMs(request);
        const answer = await (waitMs === 0 ? target.admit(arrival) : target.admitPatiently(arrival, waitMs));
        return told(answer, languageOf(request));
      }),
  );
}

function told<Answer extends { readonly reason?: RefusalCode }>(
  answer: Answer,
  language: LanguageName,
): Answer & { readonly text?: string } {
  const { reason } = answer;
  return reason === undefined ? answer : { ...answer, text: REFUSALS[reason][language] };
}
