/**
 * `POST /orders`: an isolation, quarantine or other order on one person, as the authority made it; `POST
 * /orders/{id}/release`: it holds no more. Colours that it turns have turned when the answer comes.
 */
import { ORDER_KINDS, type OrderKind } from '../../core/health/orders.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { StoredOrder } from '../health/health-file.ts';
import { checkedSubject } from '../health/identity.ts';
import { checkedAt, IdentitySchema, Reference, Seconds, type HealthContext } from './health-schemas.ts';
import { Name, problems } from './schemas.ts';

const common = { tags: ['operator'], security: [{ operator: [] }] };
const Body = Closed({
  subject: IdentitySchema,
  kind: Type.Unsafe<OrderKind>(Type.String({ enum: [...ORDER_KINDS] })),
  ground: Type.String({ maxLength: 49 }),
  fromSeconds: Seconds,
  untilSeconds: Seconds,
  reference: Reference,
  legalBasis: Reference,
  orderedBy: Reference,
  enteredBy: Reference,
});
const Answer = Closed({
  id: Type.String(),
  kind: Type.String(),
  ground: Type.String(),
  reference: Type.String(),
  fromSeconds: Type.Integer(),
  untilSeconds: Type.Integer(),
  releasedAtSeconds: Type.Optional(Type.Integer()),
});

export function addOrders(app: Service, context: HealthContext): void {
  const { issuer, onRequest } = context;
  const response = { 200: Answer, ...problems };
  app.post('/orders', { onRequest, schema: { ...common, body: Body, response } }, async ({ body }) => {
    const subject = checkedSubject(body.subject, checkedAt(context));
    return toAnswer(await issuer.health.orders.place({ ...body, subject }));
  });
  const params = Closed({ id: Name });
  const releasing = Closed({ releasedBy: Reference, enteredBy: Reference });
  app.post(
    '/orders/:id/release',
    { onRequest, schema: { ...common, params, body: releasing, response } },
    async ({ params: { id }, body }) => toAnswer(await issuer.health.orders.release(id, body)),
  );
}

function toAnswer(
  order: StoredOrder,
): Omit<StoredOrder, 'legalBasis' | 'orderedBy' | 'enteredBy' | 'releasedBy' | 'releaseEnteredBy'> {
  const { id, kind, ground, reference, fromSeconds, untilSeconds, releasedAtSeconds } = order;
  const released = releasedAtSeconds === undefined ? {} : { releasedAtSeconds };
  return { id, kind, ground, reference, fromSeconds, untilSeconds, ...released };
}
