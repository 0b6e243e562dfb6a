/**
 * `POST /holds`: a legal hold on a record, which then nobody erases; `POST /holds/lifts`: one of them no longer stands;
 * `GET /holds/{recordId}`: all that stand or stood on a record that is there, with who placed and lifted them.
 */
import { Closed, Type } from '../../service/schema.ts';
import { HOLD_REASONS, type NumberedHold } from '../privacy/holds.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems } from './schemas.ts';

const MAX_TEXT = 200;

const Text = Type.String({ minLength: 1, maxLength: MAX_TEXT });
const reason = Type.Union(HOLD_REASONS.map((one) => Type.Literal(one)));
const Answer = Closed({
  recordId: Type.String(),
  holds: Type.Array(
    Closed({
      hold: Type.Integer(),
      reason,
      legalBasis: Type.String(),
      placedBy: Type.String(),
      placedAtSeconds: Type.Integer(),
      liftedBy: Type.Optional(Type.String()),
      liftedAtSeconds: Type.Optional(Type.Integer()),
    }),
  ),
});

export const addHolds: OperatorRoute = (app, { issuer, onRequest }) => {
  const common = {
    tags: ['operator'],
    security: [{ operator: [] }],
    response: { 200: Answer, ...problems },
  };
  const placing = Closed({ recordId: Name, reason, legalBasis: Text, placedBy: Text });
  app.post('/holds', { onRequest, schema: { ...common, body: placing } }, async (request) => {
    const { recordId, ...terms } = request.body;
    return toAnswer(recordId, await issuer.privacy.hold(recordId, terms));
  });
  const lifting = Closed({ recordId: Name, hold: Type.Integer({ minimum: 1 }), liftedBy: Text });
  app.post('/holds/lifts', { onRequest, schema: { ...common, body: lifting } }, async (request) => {
    const { recordId, hold, liftedBy } = request.body;
    return toAnswer(recordId, await issuer.privacy.lift(recordId, hold, liftedBy));
  });
  const params = Closed({ recordId: Name });
  app.get('/holds/:recordId', { onRequest, schema: { ...common, params } }, async (request) => {
    const { recordId } = request.params;
    return toAnswer(recordId, await issuer.privacy.holds(recordId));
  });
};

function toAnswer(
  recordId: string,
  holds: readonly NumberedHold[],
): { readonly recordId: string; readonly holds: NumberedHold[] } {
  return { recordId, holds: [...holds] };
}
