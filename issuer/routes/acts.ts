/**
 * Legal acts, for operators: `POST /acts/dry-run` says how many credentials an act would concern; `POST /acts`
 * proposes it (an `Idempotency-Key` makes it safe to send again); `GET /acts`, `GET /acts/{id}` show acts and how
 * far they have come; `POST /acts/{id}/withdrawal` takes one back that two people have not approved.
 */
import { Closed, Type } from '../../service/schema.ts';
import { ActAnswer, ActBody, ActId, IdempotencyHeader } from './act-schemas.ts';
import type { OperatorRoute } from './operator-route.ts';
import { problems } from './schemas.ts';

const MAX_LISTED = 200;
const Page = Closed({ before: Type.Optional(ActId) });
const common = { tags: ['operator'], security: [{ operator: [] }] };

export const addActs: OperatorRoute = (app, { issuer, onRequest }) => {
  const answered = { 200: ActAnswer, ...problems };
  const params = Closed({ id: ActId });

  app.post(
    '/acts/dry-run',
    {
      onRequest,
      schema: {
        ...common,
        body: ActBody,
        response: { 200: Closed({ credentials: Type.Integer() }), ...problems },
      },
    },
    async ({ body }) => ({ credentials: await issuer.acts.dryRun(body) }),
  );
  app.post(
    '/acts',
    { onRequest, schema: { ...common, body: ActBody, headers: IdempotencyHeader, response: answered } },
    async ({ body, headers }) => await issuer.acts.propose(body, headers['idempotency-key']),
  );
  const listed = { 200: Closed({ acts: Type.Array(ActAnswer) }), ...problems };
  app.get(
    '/acts',
    { onRequest, schema: { ...common, querystring: Page, response: listed } },
    async ({ query }) => {
      return { acts: [...(await issuer.acts.list({ limit: MAX_LISTED, ...query }))] };
    },
  );
  app.get(
    '/acts/:id',
    { onRequest, schema: { ...common, params, response: answered } },
    async ({ params: { id } }) => await issuer.acts.show(id),
  );
  app.post(
    '/acts/:id/withdrawal',
    { onRequest, schema: { ...common, params, response: answered } },
    async ({ params: { id } }) => await issuer.acts.withdraw(id),
  );
};
