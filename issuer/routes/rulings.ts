/**
 * `POST /rulings`: proposes another colour than the rules give, for a while. Nothing changes until two people have
 * approved the legal act that it answers, as any act: `POST /acts/batches`, `POST /acts/batches/{root}/approvals`. An
 * `Idempotency-Key` makes it safe to send again.
 */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import { ActId, Address, IdempotencyHeader } from './act-schemas.ts';
import { checkedPerson } from '../health/identity.ts';
import {
  checkedAt,
  ColourName,
  PersonSchema,
  Reference,
  SchemeName,
  Seconds,
  type HealthContext,
} from './health-schemas.ts';
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

export function addRulings(app: Service, context: HealthContext): void {
  const { issuer, onRequest } = context;
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    headers: IdempotencyHeader,
    body: Body,
    response: { 200: Closed({ act: ActId }), ...problems },
  };
  app.post('/rulings', { onRequest, schema }, async ({ body: { person, ...terms }, headers }) => {
    const named = checkedPerson(person, checkedAt(context));
    return { act: await issuer.health.rule(named, terms, headers['idempotency-key']) };
  });
}
