/**
 * The published folder, for who has no web server beside: `GET /bundle/latest`, `/bundle/files/{name}`,
 * `/bundle/deltas/{size}.hclb`, `/bundle/hours/{size}.hclb` and `/bundle/pages/{day}/{issuer}.hclb`. Whoever fetches
 * says nothing of whom they check: all fetch the same.
 */
import { RequestError } from '../../service/problems.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TUnsafe } from 'typebox';
import type { BundleIndex } from '../../core/bundle/bundle-index.ts';
import { DELTA_LINES, type DeltaLine } from '../../core/bundle/follow-deltas.ts';
import type { BundleFolder, SentFile } from '../bundle/bundle-folder.ts';

/** Named by what is in it, or never made again. */
const LASTING = 'public, max-age=31536000, immutable';
/** It may have been replaced. */
const NEWEST = 'no-cache';
const DELTAS: Readonly<Record<DeltaLine, string>> = {
  deltas: 'What leads on from the state of this size',
  hours: 'The same, to the first state of an hour',
};
const Seconds = Type.Integer({ description: 'Unix time' });
const FileEntry = { path: Type.String(), bytes: Type.Integer() };

const Index: TUnsafe<BundleIndex> = Type.Unsafe<BundleIndex>(
  Closed({
    origin: Type.String({ description: 'which ledger' }),
    size: Type.Integer({ description: 'of the checkpoint log' }),
    timeSeconds: Seconds,
    checkpoint: Type.String({ description: 'C2SP tlog-checkpoint with cosignatures' }),
    full: Closed({ ...FileEntry, size: Type.Integer() }),
    deltas: Type.Array(Closed({ ...FileEntry, from: Type.Integer() })),
    handovers: Type.Array(Closed({ ...FileEntry, version: Type.Integer() })),
    signers: Closed({
      version: Type.Integer(),
      threshold: Type.Integer(),
      keys: Type.Array(Type.String()),
    }),
  }),
);

export function addBundleRoutes(app: Service, folder: BundleFolder): void {
  app.get(
    '/bundle/latest',
    { schema: { tags: ['bundle'], summary: 'What bundles there are', response: { 200: Index } } },
    async (_request, reply) => {
      const index = await folder.index();
      if (index === undefined) throw nothing();
      void reply.header('cache-control', 'no-cache').header('access-control-allow-origin', '*');
      return index;
    },
  );
  app.get(
    '/bundle/files/:name',
    { schema: { tags: ['bundle'], summary: 'A bundle', params: Closed({ name: Type.String() }) } },
    async (request, reply) => send({ request, reply }, LASTING, await folder.file(request.params.name)),
  );
  for (const line of DELTA_LINES) {
    app.get(
      `/bundle/${line}/:name`,
      { schema: { tags: ['bundle'], summary: DELTAS[line], params: Closed({ name: Type.String() }) } },
      async (request, reply) =>
        send({ request, reply }, NEWEST, await folder.delta(line, request.params.name)),
    );
  }
  app.get(
    '/bundle/pages/:day/:name',
    {
      schema: {
        tags: ['bundle'],
        summary: 'Short-lived roots of an issuer and day',
        params: Closed({ day: Type.String(), name: Type.String() }),
      },
    },
    async (request, reply) => {
      const { day, name } = request.params;
      const issuer = `0x${name.replace(/\.hclb$/, '')}` as const;
      return send({ request, reply }, LASTING, await folder.page({ day, issuer }));
    },
  );
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Who has this one already is told so, and no more: a device asks each time, for its cache may be anybody's. */
function send({ request, reply }: Exchange, caching: string, file: SentFile | undefined): FastifyReply {
  if (file === undefined) throw nothing();
  const { bytes, content, etag } = file;
  void reply.header('cache-control', caching).header('etag', etag);
  void reply.header('access-control-allow-origin', '*');
  if (request.headers['if-none-match'] === etag) {
    content.destroy();
    return reply.code(304).send();
  }
  return reply.type('application/octet-stream').header('content-length', bytes).send(content);
}

function nothing(): RequestError {
  return new RequestError('ROUTE_NOT_FOUND', 'nothing is published under this name');
}
