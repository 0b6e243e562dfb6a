/** `GET /records/{id}`: which credentials a record has, and how far they are. No facts, no names. */
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Credentials, Name, problems } from './schemas.ts';

const Answer = Closed({ recordId: Type.String(), type: Type.String(), credentials: Credentials });

export const addGetRecord: OperatorRoute = (app, { issuer, onRequest }) => {
  const params = Closed({ id: Name });
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    params,
    response: { 200: Answer, ...problems },
  };
  app.get('/records/:id', { onRequest, schema }, async (request) => ({
    ...(await issuer.record(request.params.id)),
  }));
};
