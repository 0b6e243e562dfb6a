/**
 * `GET /batches/{root}/account`: what each leaf of a batch is, for auditors with their own token, or the operator's. It
 * opens up to 4,096 records, so it has a limit of its own.
 */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { AuditorContext } from './act-audit.ts';
import { Hash32, problems } from './schemas.ts';

const place = Type.Integer();
const Answer = Closed({
  root: Hash32,
  seed: Hash32,
  leaves: Type.Array(
    Type.Union([
      Closed({ place, headerHash: Hash32, payloadHash: Hash32 }),
      Closed({ place, receipt: Type.String() }),
      Closed({ place, colourHash: Hash32 }),
    ]),
  ),
});

const ACCOUNTS_PER_MINUTE = 120;

export function addGetBatchAccount(app: Service, { issuer, onRequest }: AuditorContext): void {
  const schema = {
    tags: ['auditor'],
    security: [{ operator: [] }],
    params: Closed({ root: Hash32 }),
    response: { 200: Answer, ...problems },
  };
  const config = { rateLimit: { max: ACCOUNTS_PER_MINUTE, timeWindow: 60_000 } };
  app.get('/batches/:root/account', { onRequest, schema, config }, async (request) => {
    const account = await issuer.privacy.account(request.params.root);
    return { ...account, leaves: [...account.leaves] };
  });
}
