/**
 * What auditors read of acts (with their own token, or the operator's): `GET /acts/batches/{root}` has the leaves of
 * an anchored batch, `GET /acts/history?after=N` what every status version changed and because of which act. No
 * reasons, no selectors, nobody's data; but which entries were acted on together, so not for everybody.
 */
import { STATUS_VALUES } from '../../core/status/token-status-list.ts';
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { StatusHistory } from '../acts/explain.ts';
import type { Issuer } from '../issuer.ts';
import { Root } from './act-schemas.ts';
import { problems } from './schemas.ts';

const Leaves = Closed({
  issuer: Root,
  root: Root,
  log2Size: Type.Integer(),
  sequence: Type.Integer(),
  leaves: Type.Array(Root),
});
const Changes = Closed({
  act: Root,
  lists: Type.Array(
    Closed({
      uri: Type.String(),
      value: Type.String({ enum: [...STATUS_VALUES] }),
      indices: Type.Array(Type.Integer()),
    }),
  ),
});
const History = Type.Unsafe<StatusHistory>(
  Closed({
    lists: Type.Array(Type.String()),
    size: Type.Integer(),
    versions: Type.Array(
      Closed({ version: Type.Integer(), listCount: Type.Integer(), changes: Type.Array(Changes) }),
    ),
    erasures: Type.Array(Closed({ leaf: Root, act: Type.String() })),
    more: Type.Boolean(),
  }),
);
/** A query is text: a number in it is matched, not coerced. */
const Query = Closed({ after: Type.String({ pattern: '^(?:0|[1-9]\\d{0,14})$' }) });
const common = { tags: ['auditor'], security: [{ operator: [] }] };

export interface AuditorContext {
  readonly issuer: Issuer;
  readonly onRequest: Guard;
}

export function addActAudit(app: Service, { issuer, onRequest }: AuditorContext): void {
  const params = Closed({ root: Root });
  app.get(
    '/acts/batches/:root',
    { onRequest, schema: { ...common, params, response: { 200: Leaves, ...problems } } },
    async (request) => {
      const { leaves, ...batch } = await issuer.acts.leaves(request.params.root);
      return { issuer: issuer.id, ...batch, leaves: [...leaves] };
    },
  );
  app.get(
    '/acts/history',
    { onRequest, schema: { ...common, querystring: Query, response: { 200: History, ...problems } } },
    async ({ query }) => issuer.acts.explain(Number(query.after)),
  );
}
