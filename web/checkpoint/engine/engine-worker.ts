/** The engine on a thread of its own, so that a large list never holds up the camera or a button. */
import { createWebCrypto } from '../../crypto/web-crypto.ts';
import { Engine } from './engine.ts';
import { fetchFile } from './fetch-file.ts';
import type { EngineRequest, Envelope } from './protocol.ts';
import { replyTo } from './reply.ts';

/** Beside the folders of the pages and of this script. */
const BUNDLES = new URL('../bundle/', location.href);
/** How long a person waits for a page of roots. */
const PAGE_TIMEOUT_MS = 5000;

const engine = new Engine({
  crypto: createWebCrypto(globalThis.crypto?.subtle),
  get: (path) => {
    const signal = path.startsWith('pages/') ? AbortSignal.timeout(PAGE_TIMEOUT_MS) : null;
    return fetchFile(new URL(path, BUNDLES), signal);
  },
});

addEventListener('message', ({ data }: MessageEvent<Envelope<EngineRequest>>) => {
  void replyTo(engine, data).then((reply) => postMessage(reply));
});
