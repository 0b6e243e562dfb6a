/**
 * V4 for a verifier with workers: whatever becomes of what they depend on, none of them says "valid" longer than its policy
 * allows. Five dependencies, each with eight faults from some moment on, and two workers:
 *
 *   RPC, status list   of the process that follows the ledger, through a proxy; the workers are told what it knows
 *   registry           what a worker is told of the ledger, spoilt on its way
 *   store              the snapshot that a worker starts from
 *   clock              of the workers
 *
 * In every cell: a code that is revoked after the fault began, and a good one; at once, and when the knowledge is older than
 * the policy allows. At once a pass is as old as it says; later nothing passes.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { readSnapshot, SNAPSHOT_FILE } from '../../../service/snapshot-file.ts';
import { CheckpointFiles } from '../../../verifier/checkpoint-files.ts';
import { VERIFIER_DEFAULTS, type VerifierConfig } from '../../../verifier/config.ts';
import { fetchJsonWith } from '../../../verifier/fetch-json.ts';
import { Verifier } from '../../../verifier/verifier.ts';
import { newsFor, type News, type Standing } from '../../../verifier/workers/news.ts';
import { WorkerCheckpoint } from '../../../verifier/workers/worker-checkpoint.ts';
import { FaultProxy, FAULTS, type Fault } from '../../support/fault-proxy.ts';
import { printFindings } from '../../support/findings.ts';
import { Random } from '../../support/random.ts';
import { LEDGER_NOW, startPublishedIssuer, type PublishedIssuer } from '../support/published-issuer.ts';

const BEYOND_POLICY = defaultPolicy.ageingSeconds + 1;
const WORKERS = ['one', 'another'];
const tally = { cells: 0, verdicts: 0, passes: 0, beyond: 0 };

const { head, lastChange } = new LedgerState();
/** Where a worker stands that knows nothing. */
const NOWHERE: Standing = { head, lastChange, lists: new Map() };

type Teller = (standing: Standing) => Promise<News>;

describe('workers fail closed (V4)', function () {
  this.timeout(180_000);
  let issuer: PublishedIssuer;
  let folder: string;
  let good: string;
  let nextIndex = 100;
  let nextFolder = 0;
  let revoked: readonly number[] = [];
  let workersNow: number;
  /** Of another ledger. */
  let elsewhere: PublishedIssuer;
  let foreign: Verifier;

  before(async () => {
    issuer = await startPublishedIssuer();
    good = await issuer.issue(1);
    await issuer.publish([]);
    folder = await mkdtemp(join(tmpdir(), 'hcl-workers-closed-'));
    elsewhere = await startPublishedIssuer();
    await elsewhere.issue(1);
    foreign = await openVerifier(elsewhereSettings());
    await foreign.sync();
    await foreign.writeSnapshot();
    await cp(join(folder, 'elsewhere', SNAPSHOT_FILE), join(folder, 'foreign'));
  });
  after(async () => {
    await foreign[Symbol.asyncDispose]();
    await elsewhere[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
    printFindings('workers fail closed', [{ ...tally }]);
  });

  function settings(urls: { readonly rpc?: string; readonly lists?: string } = {}): VerifierConfig {
    return {
      ...VERIFIER_DEFAULTS,
      dataFolder: join(folder, String(nextFolder++)),
      deployment: issuer.deployment,
      rpcUrls: [urls.rpc ?? issuer.rpcUrl],
      issuers: [{ did: issuer.did, url: urls.lists ?? issuer.url }],
    };
  }

  const elsewhereSettings = (): VerifierConfig => ({
    ...settings({ rpc: elsewhere.rpcUrl }),
    dataFolder: join(folder, 'elsewhere'),
    deployment: elsewhere.deployment,
    issuers: [],
  });

  const openVerifier = (config: VerifierConfig): Promise<Verifier> =>
    Verifier.open(config, {
      crypto: nodeCrypto,
      fetchJson: fetchJsonWith(fetch),
      log: silentLogger,
      nowSeconds: () => LEDGER_NOW,
    });

  async function openWorker(config: VerifierConfig, news: Teller): Promise<WorkerCheckpoint> {
    const deps = { crypto: nodeCrypto, log: silentLogger, nowSeconds: () => workersNow };
    const files = await CheckpointFiles.open(config, deps);
    const last = await readSnapshot(config.dataFolder, deps);
    return await WorkerCheckpoint.open(config, { ...deps, last, files, sightings: undefined, news });
  }

  const openWorkers = (config: VerifierConfig, news: Teller): Promise<WorkerCheckpoint[]> =>
    Promise.all(WORKERS.map(() => openWorker(config, news)));

  /** A code that is about to be revoked, and its revocation. */
  async function issueAnother(): Promise<{ readonly code: string; readonly revoke: () => Promise<void> }> {
    const index = nextIndex++;
    const code = await issuer.issue(index);
    return {
      code,
      async revoke() {
        revoked = [...revoked, index];
        await issuer.publish(revoked);
      },
    };
  }

  /** At once whatever passes is as old as it says; later nothing passes. */
  async function judge(workers: readonly WorkerCheckpoint[], codes: readonly string[]): Promise<void> {
    for (const worker of workers) for (const code of codes) note(await worker.verify(code), false);
    workersNow += BEYOND_POLICY;
    for (const worker of workers) for (const code of codes) note(await worker.verify(code), true);
    workersNow -= BEYOND_POLICY;
  }

  function note({ freshness, outcome }: Verdict, isBeyond: boolean): void {
    tally.verdicts++;
    if (outcome !== 'pass') return;
    tally.passes++;
    if (freshness.basis !== 'ledger') throw new Error('our own codes rest on the ledger');
    const { ageSeconds, grade } = freshness;
    const isWithin = (grade === 'fresh' || grade === 'ageing') && ageSeconds <= defaultPolicy.ageingSeconds;
    if (isBeyond || !isWithin) tally.beyond++;
    expect(isBeyond || !isWithin).to.equal(false);
  }

  async function spoiltOwner(dependency: 'RPC' | 'status list', fault: Fault): Promise<void> {
    workersNow = LEDGER_NOW;
    const before = JSON.stringify(issuer.documents.get('/status'));
    const lies = async (lie: string, path: string): Promise<Uint8Array> =>
      new TextEncoder().encode(
        lie === 'old' && path === '/status' ? before : '{"jsonrpc":"2.0","id":1,"result":"0x1"}',
      );
    await using rpc = await FaultProxy.start({ target: issuer.rpcUrl, lies });
    await using lists = await FaultProxy.start({ target: issuer.url, lies });
    const later = await issueAnother();
    // The shorter one is waited for; the first look has to make it in time on a busy machine too.
    const timeoutMs = fault === 'timeout' ? 2_000 : 30_000;
    const config = {
      ...settings({ rpc: rpc.url, lists: lists.url }),
      manifestLimits: { maxBytes: 1024 * 1024, timeoutMs },
    };
    await using verifier = await openVerifier(config);
    await verifier.sync();
    await verifier.writeSnapshot();
    const workers = await openWorkers(config, (standing) => newsFor(standing, verifier));
    for (const worker of workers) expect((await worker.verify(later.code)).outcome).to.equal('pass');
    (dependency === 'RPC' ? rpc : lists).fault = fault;
    await later.revoke();
    const looking = verifier.sync().catch(() => undefined);
    if (fault !== 'timeout' || dependency !== 'RPC') await looking;
    for (const worker of workers) await worker.catchUp();
    await judge(workers, [good, later.code]);
    tally.cells++;
    rpc.fault = 'refused';
    rpc.cut();
  }

  for (const dependency of ['RPC', 'status list'] as const) {
    for (const fault of FAULTS) {
      it(`${dependency} is spoilt: ${fault}`, () => spoiltOwner(dependency, fault));
    }
  }

  /** What each fault makes of what a worker is told. */
  async function spoiltNews(fault: Fault, news: News, { head: standsAt }: Standing): Promise<News> {
    switch (fault) {
      case 'refused':
        throw new Error('the other process is gone');
      case 'timeout':
        throw new Error('no answer in time');
      case '500':
        throw new Error('the other process failed');
      case 'empty':
        return { ...news, blocks: [], sets: [], head: undefined };
      case 'garbage': {
        const random = new Random(news.blocks.length);
        const blocks = news.blocks.map((block) => ({ ...block, hash: toHex(random.bytes(32)), events: [] }));
        return { ...news, blocks, sets: [] };
      }
      case 'old':
        return { ...news, blocks: [], sets: [], head: standsAt };
      case 'oversize':
        return { ...news, blocks: [...news.blocks, ...news.blocks], sets: [...news.sets, ...news.sets] };
      case 'wrong content':
        return { ...(await newsFor(NOWHERE, foreign)), fits: true };
    }
  }

  for (const fault of FAULTS) {
    it(`registry is spoilt: ${fault}`, async () => {
      workersNow = LEDGER_NOW;
      const later = await issueAnother();
      const config = settings();
      await using verifier = await openVerifier(config);
      await verifier.sync();
      await verifier.writeSnapshot();
      let isSpoilt = false;
      const workers = await openWorkers(config, async (standing) => {
        const news = await newsFor(standing, verifier);
        return isSpoilt ? await spoiltNews(fault, news, standing) : news;
      });
      isSpoilt = true;
      await later.revoke();
      await verifier.sync();
      for (const worker of workers) await worker.catchUp().catch(() => undefined);
      await judge(workers, [good, later.code]);
      tally.cells++;
    });

    it(`store is spoilt: ${fault}`, async () => {
      workersNow = LEDGER_NOW;
      const later = await issueAnother();
      const config = settings();
      await using verifier = await openVerifier(config);
      await verifier.sync();
      await verifier.writeSnapshot();
      const stored = join(config.dataFolder, SNAPSHOT_FILE);
      const old = join(folder, 'old');
      await cp(stored, old);
      await later.revoke();
      await verifier.sync();
      await verifier.writeSnapshot();
      await spoilStored(fault, stored, old);
      // Told nothing, a worker does not come up; told, it knows what everybody does.
      const gone: Teller = () => Promise.reject(new Error('gone'));
      expect(await openWorker(config, gone).catch(() => undefined)).to.equal(undefined);
      const workers = await openWorkers(config, (standing) => newsFor(standing, verifier));
      for (const worker of workers) {
        expect((await worker.verify(good)).outcome).to.equal('pass');
        expect((await worker.verify(later.code)).outcome).to.equal('stop');
      }
      await judge(workers, [good, later.code]);
      tally.cells++;
    });
  }

  async function spoilStored(fault: Fault, stored: string, old: string): Promise<void> {
    const bytes = await readFile(stored);
    switch (fault) {
      case 'refused':
      case 'timeout':
        await rm(stored);
        return;
      case '500':
        await writeFile(stored, '<h1>500</h1>');
        return;
      case 'empty':
        await writeFile(stored, '');
        return;
      case 'garbage':
        await writeFile(stored, new Random(1).bytes(bytes.length));
        return;
      case 'old':
        await cp(old, stored);
        return;
      case 'oversize':
        await writeFile(stored, Buffer.concat([bytes, bytes]));
        return;
      case 'wrong content':
        await cp(join(folder, 'foreign'), stored);
    }
  }

  const CLOCKS: Readonly<Record<Fault, number>> = {
    refused: Number.NaN,
    timeout: 0,
    '500': -1,
    empty: Number.NEGATIVE_INFINITY,
    garbage: Number.POSITIVE_INFINITY,
    old: LEDGER_NOW - 10 * 365 * 86_400,
    oversize: Number.MAX_SAFE_INTEGER,
    'wrong content': LEDGER_NOW + BEYOND_POLICY,
  };
  describe('whose clock', () => {
    let verifier: Verifier;
    let workers: readonly WorkerCheckpoint[];
    before(async () => {
      const config = settings();
      verifier = await openVerifier(config);
      await verifier.sync();
      await verifier.writeSnapshot();
      workersNow = LEDGER_NOW;
      workers = await openWorkers(config, (standing) => newsFor(standing, verifier));
    });
    after(() => verifier[Symbol.asyncDispose]());

    for (const fault of FAULTS) {
      it(`is spoilt: ${fault}`, async () => {
        workersNow = CLOCKS[fault];
        for (const worker of workers) {
          const { outcome } = await worker.verify(good);
          tally.verdicts++;
          if (outcome === 'pass') tally.beyond++;
          expect(outcome).to.not.equal('pass');
        }
        tally.cells++;
      });
    }
  });

  // A suite of its own, for tests of a suite run before the suites in it.
  describe('taken together', () => {
    it('is forty cells, and nothing passed beyond policy', () => {
      expect(tally.cells).to.equal(40);
      expect(tally.beyond).to.equal(0);
      // The table is about something: at once, much passes.
      expect(tally.passes).to.be.above(40);
    });
  });
});
