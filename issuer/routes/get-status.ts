/**
 * `GET /status`: all status lists of the newest version on the ledger; `GET /status/{name}`: one of them, at the
 * address that credentials name, as `application/statuslist+jwt`. Verifiers fetch lists, never single entries,
 * so nobody learns whom they check. `GET /status/{name}/revocation` and `/suspension`: the same list as a W3C
 * Bitstring Status List, as `application/vc+jwt`.
 */
import { STATUS_PURPOSES } from '../../core/status/bitstring-status-list.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { Issuer } from '../issuer.ts';
import { Hash32, Name, problems } from './schemas.ts';

const List = Closed({ uri: Type.String(), version: Type.Integer(), digest: Hash32, token: Type.String() });
const Manifest = Closed({
  version: Type.Integer(),
  listsRoot: Hash32,
  nextUpdate: Type.Integer(),
  lists: Type.Array(List),
});

export function addGetStatus(app: Service, issuer: Issuer): void {
  const tags = ['public'];
  app.get(
    '/status',
    { schema: { tags, response: { 200: Manifest, ...problems } } },
    async (_request, reply) => {
      const manifest = await issuer.statusManifest();
      void reply.header('cache-control', 'no-cache').header('etag', `"${manifest.version}"`);
      return { ...manifest, lists: [...manifest.lists] };
    },
  );
  const schema = { tags, params: Closed({ name: Name }), response: { 200: Type.String(), ...problems } };
  app.get('/status/:name', { schema }, async (request, reply) => {
    const token = await issuer.statusToken(request.params.name);
    return await reply.type('application/statuslist+jwt').send(token);
  });
  const purpose = Type.Union(STATUS_PURPOSES.map((one) => Type.Literal(one)));
  const bitstring = { ...schema, params: Closed({ name: Name, purpose }) };
  app.get('/status/:name/:purpose', { schema: bitstring }, async (request, reply) => {
    const credential = await issuer.statusCredential(request.params.name, request.params.purpose);
    return await reply.type('application/vc+jwt').send(credential);
  });
}
