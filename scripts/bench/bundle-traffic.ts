/**
 * What a page costs its network in a day, and by one question: the page's own engine asks, the verifier's own routes answer, and what
 * passes the socket both ways is counted, heads included, as HTTP/1.1 has them. Not counted: TCP and TLS.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { DeltaLine } from '../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { buildService, type Service } from '../../service/app.ts';
import { silentLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Publishing, SIGNER_SET } from '../../test/support/publishing.ts';
import { BundleFolder } from '../../verifier/bundle/bundle-folder.ts';
import { addBundleRoutes } from '../../verifier/routes/bundle.ts';
import { addCheckpointPage } from '../../verifier/routes/checkpoint-page.ts';
import { Engine } from '../../web/checkpoint/engine/engine.ts';
import { FetchError } from '../../web/checkpoint/engine/fetch-file.ts';
import { Pace } from '../../web/checkpoint/knowledge/pace.ts';
import { World } from './bundle-world.ts';

const ENTRIES = 10_000_000;
const CHANGED = 100_000;
const CHANGES_PER_HOUR = 2000;
const DAY_MINUTES = 24 * 60;
const MINUTE = 60;
/** As Chromium sends them from the page's worker. */
const HEADERS = {
  host: 'verifier.example',
  connection: 'keep-alive',
  'cache-control': 'max-age=0',
  'sec-ch-ua-platform': '"Android"',
  'user-agent':
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'sec-ch-ua': '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
  'sec-ch-ua-mobile': '?1',
  accept: '*/*',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  referer: 'https://verifier.example/assets/engine-worker-0a1b2c3d.js',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-HK,en;q=0.9',
} as const;

export interface Traffic {
  readonly bytes: number;
  readonly requests: number;
}

/** Of a day in which the page asks every so many minutes, after its first list. */
export async function pageTraffic(minutes: number, seed: number): Promise<Traffic> {
  const pace = new Pace();
  pace.everySeconds = minutes * MINUTE;
  return onStage(seed, async (stage) => {
    for (let passed = minutes; passed <= DAY_MINUTES; passed += minutes) {
      await stage.pass(minutes, pace.line);
      await stage.update(pace.line);
    }
  });
}

/** Of the one question that a code makes the page ask whose list is so many minutes old. */
export async function questionTraffic(minutes: number, seed: number): Promise<Traffic> {
  return onStage(seed, async (stage) => {
    await stage.pass(minutes, 'deltas');
    await stage.learn('deltas');
  });
}

/** What `act` costs a page that has its first list. */
async function onStage(seed: number, act: (stage: Stage) => Promise<void>): Promise<Traffic> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'hcl-traffic-'));
  const folder = new BundleFolder(join(dataFolder, 'bundle'), nodeCrypto);
  const app = await serve(folder, dataFolder);
  try {
    await using wire = new CountedWire(await app.listen({ host: '127.0.0.1', port: 0 }));
    const stage = await Stage.begin({ world: new World(seed, ENTRIES), folder, wire });
    const { bytes, requests } = wire;
    await act(stage);
    return { bytes: wire.bytes - bytes, requests: wire.requests - requests };
  } finally {
    await app.close();
    await rm(dataFolder, { recursive: true });
  }
}

interface Props {
  readonly world: World;
  readonly folder: BundleFolder;
  readonly wire: CountedWire;
}

/** A ledger, what is published of it, and a page that asks for that. */
class Stage {
  readonly #props: Props;
  readonly #publishing: Publishing<World>;
  readonly #engine: Engine;
  #held: BundleSource;

  private constructor(props: Props, publishing: Publishing<World>, held: BundleSource) {
    this.#props = props;
    this.#publishing = publishing;
    this.#held = held;
    this.#engine = new Engine({ crypto: nodeCrypto, get: (path) => props.wire.get(`/bundle/${path}`) });
  }

  static async begin(props: Props): Promise<Stage> {
    const { folder, world } = props;
    world.changeStatuses(CHANGED);
    const publishing = new Publishing(world);
    const held = await publishing.source();
    await publishFull(held, world.nowSeconds, folder);
    const stage = new Stage(props, publishing, held);
    const bytes = toUtf8(JSON.stringify(publishing.context().trust));
    await stage.#engine.answer({ kind: 'trust-bundles-of', bytes });
    await stage.update('deltas');
    return stage;
  }

  /** So many minutes later, with what leads there published. */
  async pass(minutes: number, line: DeltaLine): Promise<void> {
    const { folder, world } = this.#props;
    world.anchorFor(minutes * MINUTE);
    world.changeStatuses(Math.round((CHANGES_PER_HOUR * minutes) / 60));
    const next = await this.#publishing.source();
    await folder.putDelta(line, this.#held.checkpoint.size, this.#publishing.delta(next, this.#held));
    this.#held = next;
  }

  /** As the page does by itself: the operator's files, and what is new. */
  async update(line: DeltaLine): Promise<void> {
    const { wire } = this.#props;
    await wire.find('/checkpoint/operator.json');
    await wire.find('/checkpoint/trust.json');
    await this.learn(line);
  }

  async learn(line: DeltaLine): Promise<void> {
    const { nowSeconds } = this.#props.world;
    const { kind } = await this.#engine.answer({ kind: 'update', nowSeconds, line });
    if (kind !== 'known') throw new Error('the page refused what was published');
  }
}

async function publishFull(source: BundleSource, timeSeconds: number, folder: BundleFolder): Promise<void> {
  const { note: checkpoint } = source;
  const { origin, size } = source.checkpoint;
  const full = { ...(await folder.put(fullBundle(source))), size };
  const said = { deltas: [], handovers: [], signers: SIGNER_SET };
  await folder.putIndex({ origin, size, timeSeconds, checkpoint, full, ...said });
}

async function serve(folder: BundleFolder, dataFolder: string): Promise<Service> {
  const app = await buildService({
    name: 'page',
    description: 'page',
    logger: silentLogger,
    metrics: createMetrics(),
    readiness: [],
    problems: {},
    limits: { maxEventLoopDelayMs: 0 },
  });
  addBundleRoutes(app, folder);
  const pagesFolder = join(dataFolder, 'pages');
  await mkdir(pagesFolder);
  await writeFile(join(pagesFolder, 'index.html'), '');
  await addCheckpointPage(app, { pagesFolder, dataFolder });
  return app;
}

/** One connection, on which everything is counted. */
class CountedWire implements AsyncDisposable {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  bytes = 0;
  requests = 0;
  /** What had passed the connection before. */
  #before = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects with a {@link FetchError}, as the page's own does. */
  async get(path: string): Promise<Uint8Array> {
    const found = await this.find(path);
    if (found === undefined) throw new FetchError('NO_ANSWER', 'no such file');
    return found;
  }

  async find(path: string): Promise<Uint8Array | undefined> {
    const response = await this.#send(path);
    const { socket, statusCode } = response;
    const before = this.#before;
    const body = await buffer(response);
    this.bytes += socket.bytesRead + socket.bytesWritten - before;
    this.#before = socket.bytesRead + socket.bytesWritten;
    this.requests++;
    return statusCode === 200 ? new Uint8Array(body) : undefined;
  }

  #send(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpGet(`${this.#url}${path}`, { agent: this.#agent, headers: HEADERS }, resolve);
      request.on('error', reject);
      // Another connection begins at nothing.
      request.on('socket', (socket) => (this.#before = socket.bytesRead + socket.bytesWritten));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
  }
}
