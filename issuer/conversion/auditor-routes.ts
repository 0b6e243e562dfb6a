/** `GET /conversions/account`: both sides of all conversions, counted, with what tells values from padding. */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorContext } from '../routes/operator-route.ts';
import { problems } from '../routes/schemas.ts';

const Hash = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const PairAccountForm = Closed({
  side: Type.Union([Type.Literal('spent'), Type.Literal('acknowledged')]),
  peer: Hash,
  paddingKey: Hash,
  batches: Type.Array(Closed({ sequence: Type.Integer(), values: Type.Integer() })),
  answers: Type.Array(Closed({ nullifier: Hash, acknowledgement: Hash })),
  decisions: Type.Optional(
    Closed({ accepted: Type.Integer(), refused: Type.Integer(), referred: Type.Integer() }),
  ),
  open: Type.Optional(Type.Integer()),
  erased: Type.Optional(Type.Integer()),
  oldestOpenSeconds: Type.Optional(Type.Integer()),
});

export function addForAuditors(app: Service, { issuer, onRequest }: OperatorContext): void {
  app.get(
    '/conversions/account',
    {
      onRequest,
      schema: {
        tags: ['auditor'],
        security: [{ operator: [] }],
        response: { 200: Type.Array(PairAccountForm), ...problems },
      },
    },
    async () =>
      (await issuer.conversion.account.pairs()).map((pair) => ({
        ...pair,
        batches: [...pair.batches],
        answers: [...pair.answers],
      })),
  );
}
