/**
 * `POST /keys/use`: from the answer on, everything is signed with this key. It lies in the key store and is good on the
 * ledger, or nothing changes. The same again changes nothing.
 */
import { Closed, Type } from '../../service/schema.ts';
import { KeyUses } from './get-keys.ts';
import type { OperatorRoute } from './operator-route.ts';
import { problems } from './schemas.ts';

const Body = Closed({ kid: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) });

export const addPostKeyUse: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: KeyUses, ...problems },
  };
  app.post('/keys/use', { onRequest, schema }, async (request) => {
    await issuer.rotation.use(request.body.kid);
    return { keys: [...(await issuer.rotation.uses())] };
  });
};
