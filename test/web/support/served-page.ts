/** The built page behind the verifier's own routes, on a port of its own, with knowledge that a test chooses. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildService } from '../../../service/app.ts';
import { silentLogger } from '../../../service/logging.ts';
import { createMetrics } from '../../../service/metrics.ts';
import { addCheckpointPage } from '../../../verifier/routes/checkpoint-page.ts';
import { SNAPSHOT_FILE } from '../../../verifier/verifier.ts';

export interface ServedPage extends AsyncDisposable {
  /** `http://127.0.0.1:…/checkpoint/` */
  readonly url: string;
  /** Of the verifier that serves it. */
  readonly dataFolder: string;
  /** What the page gets from now on when it asks for knowledge. */
  publish(snapshot: Uint8Array): Promise<void>;
  /** A file of the operator's, beside the page. */
  say(file: 'operator.json' | 'trust.json', text: string): Promise<void>;
}

/** @param dataFolder an empty folder */
export async function servePage(pagesFolder: string, dataFolder: string): Promise<ServedPage> {
  const app = await buildService({
    name: 'page',
    description: 'page',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness: [],
    problems: {},
    limits: { maxEventLoopDelayMs: 0, requestsPerMinute: 1_000_000 },
  });
  await addCheckpointPage(app, { pagesFolder, dataFolder });
  await mkdir(join(dataFolder, 'checkpoint'), { recursive: true });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `${url}/checkpoint/`,
    dataFolder,
    publish: (snapshot) => writeFile(join(dataFolder, SNAPSHOT_FILE), snapshot),
    say: (file, text) => writeFile(join(dataFolder, 'checkpoint', file), text),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
