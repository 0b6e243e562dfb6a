/** Builds the pages: files with their digest in their name, into `web/dist`, which any web server can serve. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin, UserConfig } from 'vite';

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

/** Tells each page's service worker which files there are. */
function precache(): Plugin {
  return {
    name: 'precache',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const page of PAGES) {
        const worker = bundle[`${page}/service-worker.js`];
        if (worker?.type !== 'chunk') throw new Error(`${page} has no service worker`);
        const built = Object.values(bundle)
          .filter(({ fileName }) => fileName.startsWith('assets/'))
          .map(({ fileName }) => `../${fileName}`);
        const still = readdirSync(join(root, 'public', page));
        const digest = createHash('sha256');
        for (const file of still) digest.update(readFileSync(join(root, 'public', page, file)));
        digest.update(JSON.stringify([built, readFileSync(join(root, page, 'index.html'), 'utf8')]));
        worker.code = worker.code
          .replaceAll('HCL_FILES', JSON.stringify([...built, ...still]))
          .replaceAll('HCL_DIGEST', JSON.stringify(digest.digest('hex').slice(0, 16)));
      }
    },
  };
}
