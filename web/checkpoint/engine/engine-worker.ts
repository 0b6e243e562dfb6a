/** The engine on a thread of its own, so that a large list never holds up the camera or a button. */
import { createWebCrypto } from '../../crypto/web-crypto.ts';
import { sayLoaded } from '../../shared/worker-loaded.ts';
import { besideScans } from './beside-scans.ts';
import { Engine } from './engine.ts';
import { fetchFile, type Patience } from './fetch-file.ts';
import type { EngineRequest, Envelope } from './protocol.ts';
import { replyTo } from './reply.ts';

/** Beside the folders of the pages and of this script. */
const BUNDLES = new URL('../bundle/', location.href);
/** A person waits for a page of roots. */
const FOR_PAGES: Patience = { silenceMs: 5000, totalMs: 5000 };
/** A full bundle may take long, where something comes. */
const FOR_BUNDLES: Patience = { silenceMs: 15_000, totalMs: 600_000 };

const engine = new Engine({
  crypto: createWebCrypto(globalThis.crypto?.subtle),
  pace: besideScans(),
  get: (path) => fetchFile(new URL(path, BUNDLES), path.startsWith('pages/') ? FOR_PAGES : FOR_BUNDLES),
});

addEventListener('message', ({ data }: MessageEvent<Envelope<EngineRequest>>) => {
  void replyTo(engine, data).then((reply) => postMessage(reply));
});
sayLoaded();
