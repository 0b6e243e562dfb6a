/** Builds the pages: files with their digest in their name, into `web/dist`, which any web server can serve. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin, Rolldown, UserConfig } from 'vite';

const root = import.meta.dirname;
const PAGES = ['checkpoint'] as const;

const config: UserConfig = {
  root,
  // Below whatever path it is served.
  base: './',
  publicDir: 'public',
  clearScreen: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [withoutEval(), precache()],
  worker: { format: 'es', plugins: () => [withoutEval()] },
  build: {
    outDir: 'dist',
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Inlined files would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: Object.fromEntries(
        PAGES.flatMap((page) => [
          [page, resolve(root, page, 'index.html')],
          [`${page}/service-worker`, resolve(root, page, 'service-worker.ts')],
        ]),
      ),
      output: {
        entryFileNames: ({ name }) =>
          name.endsWith('/service-worker') ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
  },
};

export default config;

/** typebox tries whether it may make functions from text; the pages' policy forbids it, so it need not try. */
function withoutEval(): Plugin {
  return {
    name: 'without-eval',
    transform(_code, id) {
      if (!id.endsWith('typebox/build/system/environment/evaluate.mjs')) return undefined;
      return {
        code: `export function CanEvaluate() { return false; }
export function Evaluate() { throw new Error('no functions from text here'); }`,
        map: null,
      };
    },
  };
}

/** Tells each page's service worker which files there are, and what is in them. */
function precache(): Plugin {
  return {
    name: 'precache',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const page of PAGES) {
        const worker = bundle[`${page}/service-worker.js`];
        if (worker?.type !== 'chunk') throw new Error(`${page} has no service worker`);
        const html = bundle[`${page}/index.html`];
        if (html === undefined) throw new Error(`${page} has no page`);
        const built = Object.values(bundle).filter(({ fileName }) => fileName.startsWith('assets/'));
        const files = [
          { path: './', integrity: integrityOf(contentOf(html)) },
          ...built.map((file) => ({ path: `../${file.fileName}`, integrity: integrityOf(contentOf(file)) })),
          ...readdirSync(join(root, 'public', page)).map((path) => ({
            path,
            integrity: integrityOf(readFileSync(join(root, 'public', page, path))),
          })),
        ];
        const digest = createHash('sha256').update(JSON.stringify([files, worker.code]));
        worker.code = worker.code
          .replaceAll('HCL_FILES', JSON.stringify(files))
          .replaceAll('HCL_DIGEST', JSON.stringify(digest.digest('hex').slice(0, 16)));
      }
    },
  };
}

function contentOf(file: Rolldown.OutputChunk | Rolldown.OutputAsset): string | Uint8Array {
  return file.type === 'chunk' ? file.code : file.source;
}

/** As of Subresource Integrity. */
function integrityOf(content: string | Uint8Array): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
