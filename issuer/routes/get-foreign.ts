/**
 * What verifiers of other systems fetch, at the addresses where they look: `GET /.well-known/jwks.json` and
 * `GET /.well-known/crl/{kid}.json` (SMART Health Cards), `GET /foreign/revocations` (EU certificates); and
 * `GET /foreign/trust`, all of it as `hcl verify --trust` reads it. Anyone may read it, pages in browsers too.
 */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import { IssuerError } from '../errors.ts';
import type { Issuer } from '../issuer.ts';
import { problems } from './schemas.ts';

const Key = Closed({
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  use: Type.Literal('sig'),
  alg: Type.Literal('ES256'),
  crlVersion: Type.Optional(Type.Integer()),
});
const CardList = Closed({
  kid: Type.String(),
  method: Type.Literal('rid'),
  ctr: Type.Integer(),
  rids: Type.Array(Type.String()),
});
const CertificateList = Closed({
  country: Type.String(),
  kid: Type.String(),
  hashType: Type.Literal('UCI'),
  entries: Type.Array(Closed({ hash: Type.String() })),
});
const Trust = Closed({
  name: Type.String(),
  hcert: Type.Array(Closed({ kid: Type.String(), certificate: Type.String(), country: Type.String() })),
  hcertRevocations: Type.Optional(Type.Array(CertificateList)),
  shc: Type.Array(
    Closed({ iss: Type.String(), name: Type.String(), keys: Type.Array(Key), crls: Type.Array(CardList) }),
  ),
});
const Kid = Type.String({ minLength: 1, maxLength: 64 });
const FOR_ALL_PAGES = { 'access-control-allow-origin': '*' };

export function addGetForeign(app: Service, issuer: Issuer): void {
  const tags = ['public'];
  const keys = { tags, response: { 200: Closed({ keys: Type.Array(Key) }), ...problems } };
  app.get('/.well-known/jwks.json', { schema: keys }, async (_request, reply) => {
    void reply.headers(FOR_ALL_PAGES);
    return { keys: [...(await issuer.foreign.cardKeys())] };
  });
  const list = { tags, params: Closed({ kid: Kid }), response: { 200: CardList, ...problems } };
  app.get('/.well-known/crl/:kid.json', { schema: list }, async (request, reply) => {
    const lists = await issuer.foreign.cardRevocations();
    const found = lists.find(({ kid }) => kid === request.params.kid);
    if (found === undefined)
      throw new IssuerError('REVOCATION_LIST_NOT_FOUND', 'no list of a key of this name');
    void reply.headers(FOR_ALL_PAGES);
    return { ...found, rids: [...found.rids] };
  });
  const batches = {
    tags,
    response: { 200: Closed({ batches: Type.Array(CertificateList) }), ...problems },
  };
  app.get('/foreign/revocations', { schema: batches }, async () => ({
    batches: (await issuer.foreign.certificateRevocations()).map((one) => ({
      ...one,
      entries: [...one.entries],
    })),
  }));
  app.get(
    '/foreign/trust',
    { schema: { tags, response: { 200: Trust, ...problems } } },
    async (_request, reply) => reply.send(await issuer.foreign.trust()),
  );
}
