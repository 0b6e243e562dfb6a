/**
 * `POST /records/{id}/foreign`: the record's code in the format of another system, made when there is none. Its text and
 * pictures come from `GET /credentials/{handle}`, as those of our own, once it is anchored.
 */
import { Closed, Type } from '../../service/schema.ts';
import { FOREIGN_FORMATS } from '../record-entry.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems, ProfileName, State } from './schemas.ts';

const Format = Type.Union(FOREIGN_FORMATS.map((format) => Type.Literal(format)));
const Answer = Closed({
  recordId: Type.String(),
  profile: ProfileName,
  handle: Type.String(),
  state: State,
  code: Type.Optional(Type.String()),
});

export const addPostForeign: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    params: Closed({ id: Name }),
    body: Closed({ format: Format }),
    response: { 200: Answer, ...problems },
  };
  app.post('/records/:id/foreign', { onRequest, schema }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    return { ...(await issuer.issueForeign(request.params.id, request.body.format)) };
  });
};
