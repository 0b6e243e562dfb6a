/**
 * Keeps the page's own files, so that it opens without a network. The build writes in which files there are, with the
 * digest of each: what a server has of another version, halfway through being brought up to date, is not taken, and
 * what was kept before stays. So a cache is one version, whole. Knowledge is not kept here: the page knows whether it
 * is good.
 */
interface PageFile {
  readonly path: string;
  /** As of Subresource Integrity. */
  readonly integrity: string;
}

declare const HCL_FILES: readonly PageFile[];
declare const HCL_DIGEST: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'hcl-checkpoint-';
const cacheName = PREFIX + HCL_DIGEST;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const isOurs = method === 'GET' && new URL(url).origin === location.origin;
  if (isOurs) event.respondWith(answer(event.request));
});

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  // Past the browser's own cache, which may hold an older page.
  const files = HCL_FILES.map(({ integrity, path }) => new Request(path, { cache: 'reload', integrity }));
  await cache.addAll(files).catch(async (error: unknown) => {
    await caches.delete(cacheName);
    throw error;
  });
  await worker.skipWaiting();
}

/** The version before this one stays for tabs that are still of it, until the next one comes. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== cacheName);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The kept file, or the network. What only an older version has is named by its digest: a page of that version asks. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
  return kept ?? (await ofOtherBuilds(request)) ?? fetch(request);
}

/** Other pages of this origin have caches, too, of which nobody here knows what is in them. */
async function ofOtherBuilds(request: Request): Promise<Response | undefined> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const found = await Promise.all(names.map((cache) => caches.match(request, { cacheName: cache })));
  return found.find((response) => response !== undefined);
}
