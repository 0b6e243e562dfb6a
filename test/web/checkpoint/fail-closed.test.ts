/**
 * V4 on the page: whatever becomes of what it depends on, nothing passes on knowledge older than its policy allows. Four
 * dependencies, each with eight faults from some moment on, through the page's own fetching, keeping and deciding:
 *
 *   network          from where bundles come, through a proxy
 *   store            what the browser has kept, read at the next start
 *   operator files   whose bundles count and how old a list may be, through a proxy
 *   clock            of the device
 *
 * The fifth, the engine's worker, needs a browser: test/web/workers-lost.test.ts. In every cell: a good code, and one
 * that was revoked after the fault began; at once, and when the knowledge is older than allowed.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { BundleSource } from '../../../core/bundle/bundle-state.ts';
import { deltaPath } from '../../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { fetchFile } from '../../../web/checkpoint/engine/fetch-file.ts';
import type { Decision, Kept } from '../../../web/checkpoint/engine/protocol.ts';
import { fetchBesideWith } from '../../../web/checkpoint/file-beside.ts';
import { Knowledge } from '../../../web/checkpoint/knowledge/knowledge.ts';
import { readKeptOperator, readOperator } from '../../../web/checkpoint/operator.ts';
import { defaultSettings, policyOf } from '../../../web/checkpoint/settings.ts';
import { lockWithin } from '../../../web/shared/store/lock.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { FaultProxy, FAULTS, type Fault } from '../../support/fault-proxy.ts';
import { printFindings } from '../../support/findings.ts';
import { Publishing, SIGNER_SET, signAgain } from '../../support/publishing.ts';
import { Random } from '../../support/random.ts';
import { memoryStore, type MemoryStore } from '../support/memory-store.ts';

const HOUR = 3600;
const DELTAS = '/bundle/deltas/';
/** What the operator says, shorter than what the page does by itself. */
const ALLOWED_HOURS = 6;
/** Nobody waits longer; the page itself is more patient. */
const PATIENCE_MS = 300;
const PATIENCE = { silenceMs: PATIENCE_MS, totalMs: 10 * PATIENCE_MS };
const tally = { cells: 0, decisions: 0, passes: 0, beyond: 0 };

interface World {
  readonly consortium: Consortium;
  /** A good one, and one that is revoked in the second bundle. */
  readonly codes: readonly [good: string, later: string];
  readonly first: BundleSource;
  readonly second: BundleSource;
  readonly foreign: BundleSource;
  readonly publishing: Publishing;
  readonly files: Map<string, Uint8Array>;
  readonly server: Server;
  readonly url: string;
}

describe('the page fails closed (V4)', function () {
  this.timeout(120_000);
  let world: World;

  before(async () => (world = await makeWorld()));
  after(() => {
    world.server.close();
    printFindings('page fails closed', [{ ...tally }]);
  });

  /** From here on the server has this bundle, and the files beside the page as they should be. */
  function publish(source: BundleSource): void {
    const { consortium, files } = world;
    for (const [path, bytes] of filesOf(source, world)) files.set(path, bytes);
    files.set('/bundle-trust.json', toUtf8(JSON.stringify(trustOf(consortium))));
    files.set('/operator.json', operatorSays(ALLOWED_HOURS));
  }

  /** A page with what `store` keeps, which fetches from `url`. */
  async function start(store: MemoryStore, url: string): Promise<Device> {
    return Device.start(store, url, () => world.consortium.nowSeconds);
  }

  /** Set up while all was well, with the first bundle. */
  async function setUp(): Promise<MemoryStore> {
    publish(world.first);
    const store = memoryStore();
    const device = await start(store, world.url);
    await device.ask();
    expect((await device.decide(world.codes[1], world.consortium.nowSeconds)).outcome).to.equal('pass');
    return store;
  }

  function proxied(): Promise<FaultProxy> {
    const { first, foreign, url } = world;
    const lies = async (lie: string, path: string): Promise<Uint8Array | undefined> => {
      if (path === '/operator.json') return lie === 'old' ? operatorSays(2) : toUtf8('{"ageingHours":"all"}');
      const told = filesOf(lie === 'old' ? first : foreign, world);
      return told.get(path) ?? toUtf8('{"origin":"nobody"}');
    };
    return FaultProxy.start({ target: url, lies });
  }

  async function judge(device: Device, allowedSeconds = ALLOWED_HOURS * HOUR): Promise<void> {
    const { codes, consortium } = world;
    for (const code of codes) {
      count(await device.decide(code, consortium.nowSeconds), allowedSeconds);
      count(await device.decide(code, consortium.nowSeconds + allowedSeconds + 1), allowedSeconds);
    }
    tally.cells++;
  }

  for (const fault of FAULTS) {
    it(`network is spoilt: ${fault}`, async () => {
      const store = await setUp();
      await using proxy = await proxied();
      const device = await start(store, proxy.url);
      await device.ask();
      proxy.fault = fault;
      publish(world.second);
      await device.ask();
      await judge(device);
      // What was spoilt is what would have helped: with nothing else there, it does.
      proxy.fault = undefined;
      for (const path of world.files.keys()) if (!path.startsWith(DELTAS)) world.files.delete(path);
      expect((await device.decide(world.codes[1], world.consortium.nowSeconds)).outcome).to.equal('pass');
      await device.ask();
      expect((await device.decide(world.codes[1], world.consortium.nowSeconds)).outcome).to.equal('stop');
    });

    it(`operator files are spoilt on a new device and on one that knows: ${fault}`, async () => {
      const store = await setUp();
      await using proxy = await proxied();
      proxy.fault = fault;
      const knowing = await start(store, proxy.url);
      await knowing.ask();
      await judge(knowing);
      const fresh = await start(memoryStore(), proxy.url);
      await fresh.ask();
      for (const code of world.codes) {
        expect((await fresh.decide(code, world.consortium.nowSeconds)).outcome).to.equal('refer');
      }
    });

    it(`store is spoilt: ${fault}`, async () => {
      const store = await setUp();
      for (const key of await store.keys('')) await spoil(store, key, fault, world);
      world.files.clear();
      await judge(await start(store, world.url), fault === 'old' ? ALLOWED_HOURS * HOUR : 24 * HOUR);
    });

    it(`clock is spoilt: ${fault}`, async () => {
      const store = await setUp();
      const device = await start(store, world.url);
      await device.ask();
      const { codes, consortium } = world;
      for (const code of codes) {
        const decision = await device.decide(code, CLOCKS[fault](consortium.nowSeconds));
        if (decision.outcome === 'pass') tally.beyond++;
        tally.decisions++;
        expect(decision.outcome).not.to.equal('pass');
      }
      tally.cells++;
    });
  }

  // A suite of its own, for tests of a suite run before the suites in it.
  describe('taken together', () => {
    it('is thirty-two cells, and nothing passed beyond policy', () => {
      expect(tally.cells).to.equal(32);
      expect(tally.beyond).to.equal(0);
      // The table is about something: at once, much passes.
      expect(tally.passes).to.be.above(20);
    });
  });
});

const CLOCKS: Readonly<Record<Fault, (now: number) => number>> = {
  refused: () => Number.NaN,
  timeout: () => 0,
  '500': () => -1,
  empty: () => Number.NEGATIVE_INFINITY,
  garbage: () => Number.POSITIVE_INFINITY,
  old: (now) => now - 10 * 365 * 24 * HOUR,
  oversize: () => Number.MAX_SAFE_INTEGER,
  'wrong content': (now) => now + ALLOWED_HOURS * HOUR + 1,
};

/** A pass is as old as it says, and no older than allowed. */
function count({ outcome, parts }: Decision, allowedSeconds: number): void {
  tally.decisions++;
  if (outcome !== 'pass') return;
  tally.passes++;
  const freshness = parts[0]?.freshness;
  const isWithin =
    freshness?.basis === 'ledger' &&
    (freshness.grade === 'fresh' || freshness.grade === 'ageing') &&
    freshness.ageSeconds <= allowedSeconds;
  if (!isWithin) tally.beyond++;
  expect(isWithin).to.equal(true);
}

/** The page without its screens. */
class Device {
  readonly #engine: Engine;
  readonly #knowledge: Knowledge;
  readonly #store: MemoryStore;
  readonly #fetchBeside: ReturnType<typeof fetchBesideWith>;

  private constructor(store: MemoryStore, url: string, nowSeconds: () => number) {
    this.#store = store;
    this.#engine = new Engine({
      crypto: nodeCrypto,
      get: (path) => fetchFile(new URL(path, `${url}/bundle/`), PATIENCE),
    });
    // The page's own address is the base of what it fetches; here there is none.
    const get: typeof fetch = (name, init) =>
      fetch(new URL(name instanceof Request ? name.url : name, `${url}/`), init);
    this.#fetchBeside = fetchBesideWith(get, PATIENCE_MS);
    this.#knowledge = new Knowledge({
      ask: (request) => this.#engine.answer(request),
      store,
      lock: lockWithin(),
      fetchBeside: this.#fetchBeside,
      nowSeconds,
    });
  }

  static async start(store: MemoryStore, url: string, nowSeconds: () => number): Promise<Device> {
    const device = new Device(store, url, nowSeconds);
    await device.#knowledge.restore();
    return device;
  }

  /** For all that is new. */
  async ask(): Promise<void> {
    await readOperator(this.#store, this.#fetchBeside);
    await this.#knowledge.update();
  }

  async decide(text: string, nowSeconds: number): Promise<Decision> {
    const { ageingSeconds } = await readKeptOperator(this.#store);
    const policy = policyOf(defaultSettings('en'), ageingSeconds);
    const question = { texts: [text], policy, nowSeconds };
    const answer = await this.#engine.answer({ kind: 'verify', question });
    if (answer.kind !== 'decision') throw new Error(answer.kind);
    return answer.decision;
  }
}

/** What each fault makes of one thing that a browser has kept. */
async function spoil(
  store: MemoryStore,
  key: string,
  fault: Fault,
  { first, foreign }: World,
): Promise<void> {
  const value = store.values.get(key);
  switch (fault) {
    case 'refused':
      return store.delete(key);
    case 'timeout':
      return store.put(key, undefined);
    case '500':
      return store.put(key, '<h1>500</h1>');
    case 'empty':
      return store.put(
        key,
        mapBytes(value, () => new Uint8Array(0)),
      );
    case 'garbage':
      return store.put(
        key,
        mapBytes(value, (bytes) => new Random(1).bytes(bytes.length)),
      );
    case 'old':
      return store.put(key, mapBundle(value, first));
    case 'oversize':
      return store.put(
        key,
        mapBytes(value, (bytes) => Uint8Array.of(...bytes, ...bytes)),
      );
    case 'wrong content':
      return store.put(key, mapBundle(value, foreign));
  }
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'bundle' in value;
}

function mapBytes(value: unknown, change: (bytes: Uint8Array) => Uint8Array): unknown {
  if (value instanceof Uint8Array) return change(value);
  return isKept(value) ? { ...value, bundle: change(value.bundle), trust: change(value.trust) } : value;
}

function mapBundle(value: unknown, source: BundleSource): unknown {
  return isKept(value) ? { ...value, bundle: fullBundle(source) } : value;
}

function operatorSays(venue: number): Uint8Array {
  return toUtf8(JSON.stringify({ ageingHours: { venue } }));
}

function trustOf(consortium: Consortium): object {
  return new Publishing(consortium).context().trust;
}

/** As a publisher has them: the index, what it names, and what leads on from the first bundle and from this one. */
function filesOf(
  source: BundleSource,
  { consortium, first, publishing }: World,
): ReadonlyMap<string, Uint8Array> {
  const { origin, size } = source.checkpoint;
  const bundle = fullBundle(source);
  const path = `files/${'0'.repeat(64)}.hclb`;
  const index = {
    origin,
    size,
    timeSeconds: consortium.nowSeconds,
    checkpoint: source.note,
    full: { path, bytes: bundle.length, size },
    deltas: [],
    handovers: [],
    signers: SIGNER_SET,
  };
  const leading = [first, source].map((base): readonly [string, Uint8Array] => [
    `/bundle/${deltaPath('deltas', base.checkpoint.size)}`,
    publishing.delta(source, base),
  ]);
  return new Map([
    ['/bundle/latest', toUtf8(JSON.stringify(index))],
    [`/bundle/${path}`, bundle],
    ...leading,
  ]);
}

async function makeWorld(): Promise<World> {
  const consortium = makeConsortium({ seed: 6 });
  const publishing = new Publishing(consortium);
  const [good, later] = await consortium.issueCodes([vaccinationRecord(), vaccinationRecord()]);
  if (good === undefined || later === undefined) throw new Error('two codes were issued');
  const nextUpdate = consortium.nowSeconds + 200 * HOUR;
  consortium.publishStatus(consortium.issuer, [], nextUpdate);
  const first = await publishing.source();
  const { idx } = later.claims.status.status_list;
  consortium.publishStatus(consortium.issuer, [{ index: idx, value: 'revoked' }], nextUpdate);
  const second = await publishing.source();
  const foreign = await signAgain(second, { origin: 'hcl/1/00' }, consortium.nowSeconds);
  const files = new Map<string, Uint8Array>();
  const server = createServer(({ url = '' }, response) => {
    const bytes = files.get(url);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // It listens on a port.
  const { port } = server.address() as AddressInfo;
  const codes = [good.text, later.text] as const;
  const url = `http://127.0.0.1:${port}`;
  return { consortium, codes, first, second, foreign, publishing, files, server, url };
}
