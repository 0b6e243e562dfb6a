/**
 * Approving, for operators: `POST /acts/batches` puts acts into a batch and shows whole what is to be approved;
 * `POST /acts/batches/{root}/approvals` takes one person's signature (EIP-712 `ApproveActs`). With the second one the
 * acts are carried out.
 */
import { Closed, Type, type Static } from '../../service/schema.ts';
import type { ActBatchView } from '../acts/acts.ts';
import { ActId, Address, Root, Signature65 } from './act-schemas.ts';
import type { OperatorRoute } from './operator-route.ts';
import { problems } from './schemas.ts';

/** So many are shown whole in one answer. */
const MAX_ACTS = 256;
const Body = Closed({
  acts: Type.Array(ActId, { minItems: 1, maxItems: MAX_ACTS, uniqueItems: true }),
  replace: Type.Optional(Type.Boolean()),
});
const Batch = Closed({
  root: Root,
  state: Type.Union([Type.Literal('open'), Type.Literal('approved'), Type.Literal('anchored')]),
  log2Size: Type.Integer(),
  sequence: Type.Integer(),
  deadline: Type.Integer(),
  seed: Type.String(),
  acts: Type.Array(Closed({ bytes: Type.String(), position: Type.Integer() })),
  approvedBy: Type.Array(Address),
});
const common = { tags: ['operator'], security: [{ operator: [] }] };

export const addActBatches: OperatorRoute = (app, { issuer, onRequest }) => {
  const response = { 200: Batch, ...problems };
  app.post('/acts/batches', { onRequest, schema: { ...common, body: Body, response } }, async ({ body }) =>
    toAnswer(await issuer.acts.openBatch(body.acts, { replace: body.replace ?? false })),
  );
  const params = Closed({ root: Root });
  const body = Closed({ signature: Signature65 });
  app.post(
    '/acts/batches/:root/approvals',
    { onRequest, schema: { ...common, params, body, response } },
    async (request) => toAnswer(await issuer.acts.approve(request.params.root, request.body.signature)),
  );
};

function toAnswer({
  root,
  state,
  log2Size,
  sequence,
  deadline,
  approvals,
  shown,
}: ActBatchView): Static<typeof Batch> {
  return {
    root,
    state,
    log2Size,
    sequence,
    deadline,
    seed: shown.seed,
    acts: shown.acts.map(({ bytes, position }) => ({ bytes, position })),
    approvedBy: approvals.map(({ approver }) => approver),
  };
}
