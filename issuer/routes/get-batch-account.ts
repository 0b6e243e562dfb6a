/**
 * `GET /batches/{root}/account`: what each leaf of a batch is, for an auditor who was given the token. It opens up to
 * 4,096 records, so it has a limit of its own.
 */
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Hash32, problems } from './schemas.ts';

const place = Type.Integer();
const Answer = Closed({
  root: Hash32,
  seed: Hash32,
  leaves: Type.Array(
    Type.Union([
      Closed({ place, headerHash: Hash32, payloadHash: Hash32 }),
      Closed({ place, receipt: Type.String() }),
    ]),
  ),
});

const ACCOUNTS_PER_MINUTE = 120;

export const addGetBatchAccount: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    params: Closed({ root: Hash32 }),
    response: { 200: Answer, ...problems },
  };
  const config = { rateLimit: { max: ACCOUNTS_PER_MINUTE, timeWindow: 60_000 } };
  app.get('/batches/:root/account', { onRequest, schema, config }, async (request, reply) => {
    const account = await issuer.privacy.account(request.params.root);
    void reply.header('cache-control', 'no-store');
    return { ...account, leaves: [...account.leaves] };
  });
};
