/**
 * The checkpoint page and what it needs, as files: any web server could hand them out. Nothing is ever sent here.
 *
 *   /checkpoint/                          the page; /assets/ what it is made of, by digest
 *   /checkpoint/bundle-trust.json         whose bundles count, for a new device (docs/bundle.md)
 *   /checkpoint/operator.json, trust.json the operator's word to the pages (docs/checkpoint-page.md)
 *
 * The last three come from <data>/checkpoint, and are 204 where there is no such file. Bundles: `routes/bundle.ts`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { Service } from '../../service/app.ts';

export interface CheckpointPageOptions {
  /** `web/dist`. */
  readonly pagesFolder: string;
  /** Of the verifier. */
  readonly dataFolder: string;
}

/** As in the page itself, and that nobody may put it in a frame. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; worker-src 'self'; " +
  "manifest-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types hcl-workers";
const OPERATOR_FILES = ['bundle-trust.json', 'operator.json', 'trust.json'] as const;
const YEAR_SECONDS = 31_536_000;

export async function addCheckpointPage(
  app: Service,
  { dataFolder, pagesFolder }: CheckpointPageOptions,
): Promise<void> {
  await app.register(staticFiles, {
    root: pagesFolder,
    index: ['index.html'],
    redirect: true,
    cacheControl: false,
    setHeaders(reply, path) {
      void reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      void reply.header('permissions-policy', 'camera=(self)');
      const isNamedByDigest = path.includes('/assets/');
      void reply.header(
        'cache-control',
        isNamedByDigest ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
      );
    },
  });
  const hidden = { schema: { hide: true } } as const;
  const folder = join(dataFolder, 'checkpoint');
  for (const file of OPERATOR_FILES) {
    app.get(`/checkpoint/${file}`, hidden, (_request, reply) =>
      existsSync(join(folder, file)) ? reply.sendFile(file, folder) : reply.code(204).send(),
    );
  }
}
