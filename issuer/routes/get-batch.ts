/**
 * `GET /batches/{root}`: the leaf hashes of a final batch in tree order, from which anyone derives the root. Public,
 * and the dearest answer there is (tens of milliseconds for 4,096 leaves), so it has a limit of its own.
 */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { Issuer } from '../issuer.ts';
import { Hash32, problems } from './schemas.ts';

const Answer = Closed({
  issuer: Hash32,
  root: Hash32,
  class: Type.Union([Type.Literal('short'), Type.Literal('long')]),
  log2Size: Type.Integer(),
  sequence: Type.Integer(),
  leaves: Type.Array(Hash32),
});

/** A minute and address: an auditor keeps ahead of an issuer under full load, and one address cannot hold it up. */
export const BATCHES_PER_MINUTE = 240;

export function addGetBatch(app: Service, issuer: Pick<Issuer, 'batch'>): void {
  const schema = {
    tags: ['public'],
    params: Closed({ root: Hash32 }),
    response: { 200: Answer, ...problems },
  };
  const config = { rateLimit: { max: BATCHES_PER_MINUTE, timeWindow: 60_000 } };
  app.get('/batches/:root', { schema, config }, async (request, reply) => {
    const batch = await issuer.batch(request.params.root);
    void reply.header('cache-control', 'public, max-age=31536000, immutable');
    return { ...batch, leaves: [...batch.leaves] };
  });
}
