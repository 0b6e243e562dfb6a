/**
 * `POST /receipts`: a receipt in, for each of its leaves the path to the anchored root that holds it out. Whoever has
 * both needs nobody's word: `core/receipt/inclusion.ts` checks them against the ledger.
 */
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { Hash32, problems } from './schemas.ts';

const Leaf = Type.String();
const Answer = Closed({
  /** As the ledger names it. */
  issuer: Hash32,
  leaves: Type.Array(
    Type.Union([
      Closed({ leaf: Leaf, state: Type.Union([Type.Literal('anchoring'), Type.Literal('unknown')]) }),
      Closed({
        leaf: Leaf,
        state: Type.Literal('anchored'),
        root: Hash32,
        sequence: Type.Integer(),
        anchoredAt: Type.Integer(),
        index: Type.Integer(),
        path: Type.Array(Hash32),
        signedAgain: Type.Optional(
          Closed({ formerKid: Type.String(), kid: Type.String(), payloadHash: Hash32 }),
        ),
      }),
    ]),
  ),
});
const MAX_BODY_BYTES = 1024 * 1024;

export const addPostReceipts: OperatorRoute = (app, { issuer, onRequest }) => {
  const body = Closed({ receipt: Type.String({ minLength: 1 }) });
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    body,
    response: { 200: Answer, ...problems },
  };
  app.post('/receipts', { onRequest, schema, bodyLimit: MAX_BODY_BYTES }, async (request) => {
    const leaves = await issuer.proveReceipt(request.body.receipt);
    return {
      issuer: issuer.id,
      leaves: leaves.map((leaf) => ('path' in leaf ? { ...leaf, path: [...leaf.path] } : leaf)),
    };
  });
};
