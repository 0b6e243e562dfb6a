/**
 * `POST /statuses`: derives a person's colour and issues its code; the body says who, in which scheme and for which
 * holder's key, and nothing of the colour. `POST /statuses/reasons`: what the person is told of the colours that they
 * have: why, by which rule, since which change, and how to appeal, in four languages.
 */
import type { P256Jwk } from '../../core/credential/key.ts';
import { explainColour } from '../../core/health/appeal.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import { checkedPerson } from '../health/identity.ts';
import { checkedAt, ColourFields, PersonSchema, SchemeName, type HealthContext } from './health-schemas.ts';
import { Credentials, problems } from './schemas.ts';

const common = { tags: ['operator'], security: [{ operator: [] }] };
const coordinate = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const HolderKey = Type.Unsafe<P256Jwk>(
  Closed({ kty: Type.Literal('EC'), crv: Type.Literal('P-256'), x: coordinate, y: coordinate }),
);
const Body = Closed({ person: PersonSchema, scheme: SchemeName, holderKey: Type.Optional(HolderKey) });
const Answer = Closed({
  ...ColourFields,
  validUntilSeconds: Type.Integer(),
  recordId: Type.String(),
  credentials: Credentials,
});
const Told = Closed({
  scheme: Type.String(),
  colour: Type.String(),
  ground: Type.Optional(Type.String()),
  rule: Type.String(),
  appeal: Type.String(),
});
const Reasons = Closed({
  colours: Type.Array(
    Closed({
      ...ColourFields,
      told: Closed(Object.fromEntries(LANGUAGES.map((language) => [language, Told]))),
    }),
  ),
});

export function addStatuses(app: Service, context: HealthContext): void {
  const { issuer, onRequest } = context;
  const issuing = { ...common, body: Body, response: { 200: Answer, ...problems } };
  app.post('/statuses', { onRequest, schema: issuing }, async ({ body }) => {
    const person = checkedPerson(body.person, checkedAt(context));
    const { scheme, colour, sinceSeconds, change, issued } = await issuer.health.issue({ ...body, person });
    const { basis: _, ...told } = colour;
    const { recordId, credentials } = issued;
    return { scheme, ...told, sinceSeconds, change, recordId, credentials: [...credentials] };
  });
  const explaining = {
    ...common,
    body: Closed({ person: PersonSchema }),
    response: { 200: Reasons, ...problems },
  };
  app.post('/statuses/reasons', { onRequest, schema: explaining }, async ({ body }) => {
    const colours = await issuer.health.shown(checkedPerson(body.person, checkedAt(context)));
    return { colours: colours.map((colour) => ({ ...colour, told: explainColour(colour) })) };
  });
}
