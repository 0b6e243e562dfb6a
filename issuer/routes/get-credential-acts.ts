/**
 * `GET /credentials/{handle}/acts`, for operators: what a credential's status is now, and every act behind it with
 * its notice, cautions too. What the counter tells the holder.
 */
import { STATUS_VALUES } from '../../core/status/token-status-list.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { CredentialStatus } from '../acts/acts.ts';
import { ActAnswer } from './act-schemas.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems } from './schemas.ts';

const Answer = Type.Unsafe<CredentialStatus>(
  Closed({
    value: Type.String({ enum: [...STATUS_VALUES] }),
    acts: Type.Array(ActAnswer),
    cautions: Type.Array(Type.String()),
  }),
);

export const addGetCredentialActs: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    params: Closed({ handle: Name }),
    response: { 200: Answer, ...problems },
  };
  app.get('/credentials/:handle/acts', { onRequest, schema }, async (request) =>
    issuer.statusOf(request.params.handle),
  );
};
