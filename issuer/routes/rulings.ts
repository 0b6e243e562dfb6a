/**
 * `POST /rulings`: proposes another colour than the rules give, for a while. Nothing changes until two people have
 * approved the legal act that it answers, as any act: `POST /acts/batches`, `POST /acts/batches/{root}/approvals`.
 */
import { Closed, Type } from '../../service/schema.ts';
import { ActId, Address } from './act-schemas.ts';
import type { OperatorRoute } from './operator-route.ts';
import { ColourName, PersonSchema, Reference, SchemeName, Seconds } from './health-schemas.ts';
import { problems } from './schemas.ts';

const Body = Closed({
  person: PersonSchema,
  scheme: SchemeName,
  state: ColourName,
  ground: Type.String({ maxLength: 49 }),
  untilSeconds: Seconds,
  legalBasis: Reference,
  evidence: Type.Array(Reference, { maxItems: 16 }),
  proposedBy: Address,
});

export const addRulings: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: Closed({ act: ActId }), ...problems },
  };
  app.post('/rulings', { onRequest, schema }, async ({ body: { person, ...terms } }) => ({
    act: await issuer.health.rule(person, terms),
  }));
};
