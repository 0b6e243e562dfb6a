/**
 * `GET /retention`: how long each type of record is kept, and how many are over their time: what the next run
 * erases, and what it leaves since a legal hold stands on it.
 */
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { problems } from './schemas.ts';

const Answer = Closed({
  types: Type.Array(
    Closed({
      type: Type.String(),
      days: Type.Optional(Type.Integer()),
      expired: Type.Integer(),
      held: Type.Integer(),
    }),
  ),
  /** Ids of records that do not open, and that so cannot be erased or moved to the next epoch. */
  unreadable: Type.Array(Type.String()),
});

export const addRetention: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    response: { 200: Answer, ...problems },
  };
  app.get('/retention', { onRequest, schema }, async () => {
    const counts = await issuer.privacy.retention();
    const types = counts.map(({ days, ...count }) => (days === undefined ? count : { ...count, days }));
    return { types, unreadable: [...(await issuer.privacy.unreadable())] };
  });
};
