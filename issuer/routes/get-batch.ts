/** `GET /batches/{root}`: the leaf hashes of a final batch in tree order, from which anyone derives the root. */
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

export function addGetBatch(app: Service, issuer: Issuer): void {
  const schema = {
    tags: ['public'],
    params: Closed({ root: Hash32 }),
    response: { 200: Answer, ...problems },
  };
  app.get('/batches/:root', { schema }, async (request, reply) => {
    const batch = await issuer.batch(request.params.root);
    void reply.header('cache-control', 'public, max-age=31536000, immutable');
    return { ...batch, leaves: [...batch.leaves] };
  });
}
