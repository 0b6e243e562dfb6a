/**
 * `POST /erasures`: erases a record. Answered when it is revoked and gone from the store; the copies of the store
 * die later, which `GET /erasures/{recordId}` tells. The same again changes nothing.
 *
 * To everything else an erased record is as unknown as one that never was: 404, the same words.
 */
import { Closed, Type } from '../../service/schema.ts';
import { ERASURE_GROUNDS, ERASURE_STAGES } from '../privacy/erasure-entry.ts';
import type { ErasureState } from '../privacy/privacy.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Name, problems } from './schemas.ts';

const Ground = Type.Union(ERASURE_GROUNDS.map((ground) => Type.Literal(ground)));
const Answer = Closed({
  recordId: Type.String(),
  stage: Type.Union(ERASURE_STAGES.map((stage) => Type.Literal(stage))),
  ground: Ground,
  erasedAtSeconds: Type.Optional(Type.Integer()),
  receipts: Type.Array(Type.String()),
});

export const addErasures: OperatorRoute = (app, { issuer, onRequest }) => {
  const common = {
    tags: ['operator'],
    security: [{ operator: [] }],
    response: { 200: Answer, ...problems },
  };
  const body = Closed({ recordId: Name, ground: Ground });
  app.post('/erasures', { onRequest, schema: { ...common, body } }, async (request) => {
    const { recordId, ground } = request.body;
    return toAnswer(await issuer.privacy.erase(recordId, ground));
  });
  const params = Closed({ recordId: Name });
  app.get('/erasures/:recordId', { onRequest, schema: { ...common, params } }, async (request) => {
    return toAnswer(await issuer.privacy.erasure(request.params.recordId));
  });
};

function toAnswer(state: ErasureState): Omit<ErasureState, 'receipts'> & { receipts: string[] } {
  return { ...state, receipts: [...state.receipts] };
}
