/** `GET /issuer`: who this is. A description, not a source of trust: keys count as the trust list has them. */
import { toJwk } from '../../core/credential/key.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { Issuer } from '../issuer.ts';
import { Hash32, problems } from './schemas.ts';

const Jwk = Closed({
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: Type.String(),
  y: Type.String(),
});
const Answer = Closed({
  did: Type.String(),
  id: Hash32,
  name: Type.String(),
  jurisdiction: Type.String(),
  keys: Type.Array(Closed({ kid: Type.String(), alg: Type.Literal('ES256'), jwk: Jwk })),
});

export function addGetIssuer(app: Service, issuer: Issuer): void {
  const { did, name, jurisdiction } = issuer.config;
  app.get('/issuer', { schema: { tags: ['public'], response: { 200: Answer, ...problems } } }, async () => {
    // The key may have been changed since the last request.
    const { kid, publicKey } = issuer.key;
    const keys = [{ kid, alg: 'ES256' as const, jwk: toJwk(publicKey) }];
    return { did, id: issuer.id, name, jurisdiction, keys };
  });
}
