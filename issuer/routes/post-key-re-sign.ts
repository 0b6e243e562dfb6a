/**
 * `POST /keys/re-sign`: signs with the present key what former keys signed and no batch holds yet. For a key that is
 * stolen, or whose window ends before the ledger can be reached. Issuing waits until it is done.
 */
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { problems } from './schemas.ts';

export const addPostKeyReSign: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    response: { 200: Closed({ count: Type.Integer() }), ...problems },
  };
  app.post('/keys/re-sign', { onRequest, schema }, async () => ({ count: await issuer.rotation.reSign() }));
};
