/**
 * Keeps the page's own files, so that it opens without a network. The build writes in which files there are and a
 * digest over all of them: other files, another cache, filled whole before the old one goes. Files carry their digest
 * in their name, so what is kept is never out of date. Knowledge is not kept here: the page knows whether it is good.
 */
declare const HCL_FILES: readonly string[];
declare const HCL_DIGEST: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'hcl-checkpoint-';
const cacheName = PREFIX + HCL_DIGEST;
const PAGE = './';

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
  await cache.addAll([PAGE, ...HCL_FILES].map((file) => new Request(file, { cache: 'reload' })));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The kept file, or the network. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
  return kept ?? fetch(request);
}
