/**
 * `POST /revocations`: revokes one credential, or all of a record. Answered when it is on the disk; `published`
 * says whether the ledger has it. The same again changes nothing.
 */
import { Closed, Type } from '../../service/schema.ts';
import { REVOCATION_REASONS } from '../act.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems } from './schemas.ts';

const Reason = Type.Union(REVOCATION_REASONS.map((reason) => Type.Literal(reason)));
const Body = Type.Union([
  Closed({ handle: Name, reason: Reason }),
  Closed({ recordId: Name, reason: Reason }),
]);
const Answer = Closed({ alreadyRevoked: Type.Boolean(), published: Type.Boolean() });

export const addPostRevocations: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body: Body,
    response: { 200: Answer, ...problems },
  };
  app.post('/revocations', { onRequest, schema }, async (request) => {
    const { reason, ...target } = request.body;
    return { ...(await issuer.revoke(target, reason)) };
  });
};
