/** The built page behind the verifier's own routes, on a port of its own, with bundles that a test publishes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageName } from '../../../core/bundle/accept-page.ts';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import type { DeltaLine } from '../../../core/bundle/follow-deltas.ts';
import type { BundleTrust } from '../../../core/bundle/bundle-trust.ts';
import { buildService } from '../../../service/app.ts';
import { silentLogger } from '../../../service/logging.ts';
import { createMetrics } from '../../../service/metrics.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { BundleFolder } from '../../../verifier/bundle/bundle-folder.ts';
import { addBundleRoutes } from '../../../verifier/routes/bundle.ts';
import { addCheckpointPage } from '../../../verifier/routes/checkpoint-page.ts';

export interface ServedPage extends AsyncDisposable {
  /** `http://127.0.0.1:…/checkpoint/` */
  readonly url: string;
  /** What the page finds from now on when it asks for what is new: a full bundle. */
  publish(bundle: Uint8Array, index: Omit<BundleIndex, 'full'>): Promise<void>;
  /** What leads on from the state whose log has this size. */
  publishDelta(line: DeltaLine, size: number, bytes: Uint8Array): Promise<void>;
  /** A page of short-lived roots, or what is taken for one. */
  publishPage(page: PageName, bytes: Uint8Array): Promise<void>;
  /** Every request, as it came in. */
  readonly requests: readonly SeenRequest[];
  /** From now on it takes every request and answers none, until it is told otherwise. */
  beSilent(isSilent: boolean): void;
  /** A file of the operator's, beside the page. */
  say(file: 'bundle-trust.json' | 'operator.json' | 'trust.json', text: string): Promise<void>;
}

export interface SeenRequest {
  readonly method: string;
  /** With whatever was asked after it. */
  readonly url: string;
  readonly headers: readonly string[];
}

/** @param dataFolder an empty folder */
export async function servePage(
  pagesFolder: string,
  dataFolder: string,
  trust: BundleTrust,
): Promise<ServedPage> {
  const app = await buildService({
    name: 'page',
    description: 'page',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness: [],
    problems: {},
    limits: { maxEventLoopDelayMs: 0, requestsPerMinute: 1_000_000 },
  });
  const requests: SeenRequest[] = [];
  let silence: PromiseWithResolvers<void> | undefined;
  app.addHook('onRequest', async ({ headers, method, url: path }) => {
    requests.push({ method, url: path, headers: Object.keys(headers) });
    await silence?.promise;
  });
  const bundles = new BundleFolder(join(dataFolder, 'bundle'), nodeCrypto);
  addBundleRoutes(app, bundles);
  await addCheckpointPage(app, { pagesFolder, dataFolder });
  const folder = join(dataFolder, 'checkpoint');
  await mkdir(folder, { recursive: true });
  const say: ServedPage['say'] = (file, text) => writeFile(join(folder, file), text);
  await say('bundle-trust.json', JSON.stringify(trust));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `${url}/checkpoint/`,
    requests,
    publishDelta: (line, size, bytes) => bundles.putDelta(line, size, bytes),
    publishPage: (page, bytes) => bundles.putPage(page, bytes),
    say,
    beSilent(isSilent) {
      silence?.resolve();
      silence = isSilent ? Promise.withResolvers() : undefined;
    },
    async publish(bundle, index) {
      const file = await bundles.put(bundle);
      await bundles.putIndex({ ...index, full: { ...file, size: index.size } });
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}
