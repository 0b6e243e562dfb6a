/** A worker is behind, never wrong: it folds what it is told of, says how old that is, and takes over no other ledger. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { StateRoot } from '../../../core/trust/state-root.ts';
import type { LedgerState } from '../../../core/trust/ledger-state.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { CheckpointFiles } from '../../../verifier/checkpoint-files.ts';
import { VERIFIER_DEFAULTS, type VerifierConfig } from '../../../verifier/config.ts';
import { fetchJsonWith } from '../../../verifier/fetch-json.ts';
import { readSnapshot, SNAPSHOT_FILE } from '../../../service/snapshot-file.ts';
import { Verifier } from '../../../verifier/verifier.ts';
import { newsFor, type News, type Standing } from '../../../verifier/workers/news.ts';
import { WorkerCheckpoint } from '../../../verifier/workers/worker-checkpoint.ts';
import { LEDGER_NOW, startPublishedIssuer, type PublishedIssuer } from '../support/published-issuer.ts';

describe('what a worker knows', function () {
  this.timeout(60_000);
  let issuer: PublishedIssuer;
  let folder: string;
  let verifier: Verifier;
  let now: number;
  let nextIndex = 1;

  before(async () => {
    issuer = await startPublishedIssuer();
    await issuer.issue(nextIndex++);
    await issuer.publish([]);
  });
  after(() => issuer[Symbol.asyncDispose]());
  beforeEach(async () => {
    now = LEDGER_NOW;
    folder = await mkdtemp(join(tmpdir(), 'hcl-worker-'));
    verifier = await openVerifier('verifier');
    await verifier.sync();
    await verifier.writeSnapshot();
  });
  afterEach(async () => {
    await verifier[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  function config(name: string): VerifierConfig {
    return {
      ...VERIFIER_DEFAULTS,
      dataFolder: join(folder, name),
      deployment: issuer.deployment,
      rpcUrls: [issuer.rpcUrl],
      issuers: [{ did: issuer.did, url: issuer.url }],
    };
  }

  function openVerifier(name: string): Promise<Verifier> {
    const fetchJson = fetchJsonWith(fetch);
    return Verifier.open(config(name), {
      crypto: nodeCrypto,
      fetchJson,
      log: silentLogger,
      nowSeconds: () => now,
    });
  }

  async function openWorker(
    news: (standing: Standing) => Promise<News> = (standing) => newsFor(standing, verifier),
    name = 'verifier',
  ): Promise<WorkerCheckpoint> {
    const deps = { crypto: nodeCrypto, log: silentLogger, nowSeconds: () => now };
    const files = await CheckpointFiles.open(config(name), deps);
    const last = await readSnapshot(config(name).dataFolder, deps);
    return WorkerCheckpoint.open(config(name), { ...deps, last, files, sightings: undefined, news });
  }

  const rootOf = (state: LedgerState): string => toHex(new StateRoot(nodeCrypto, state).root());

  it('is the state that the syncing process has, from its snapshot and from nothing', async () => {
    await issuer.issue(nextIndex++);
    await verifier.sync();
    for (const name of ['verifier', 'empty']) {
      const worker = await openWorker(undefined, name);
      expect(rootOf(worker.state)).to.equal(rootOf(verifier.state));
      expect(worker.state.head).to.deep.equal(verifier.state.head);
      expect(worker.isSynced).to.equal(true);
      expect([...worker.follower.lists.sets()].length).to.equal(1);
    }
  });

  it('comes in several messages when there is much, and is the same', async () => {
    const asked: Standing[] = [];
    const oneByOne = async (standing: Standing): Promise<News> => {
      asked.push(standing);
      const news = await newsFor(standing, verifier);
      const isMore = news.blocks.length > 1;
      return { ...news, blocks: news.blocks.slice(0, 1), isMore };
    };
    const worker = await openWorker(oneByOne, 'empty');
    expect(asked.length).to.be.above(3);
    expect(rootOf(worker.state)).to.equal(rootOf(verifier.state));
    expect(worker.state.head).to.deep.equal(verifier.state.head);
  });

  it('stays as it is without news, says its true age, and is not ready', async () => {
    let isCut = false;
    const worker = await openWorker((standing) =>
      isCut ? Promise.reject(new Error('cut')) : newsFor(standing, verifier),
    );
    isCut = true;
    const fresh = await issuer.issue(nextIndex++);
    await verifier.sync();
    await worker.catchUp().catch(() => undefined);
    expect((await verifier.verify(fresh)).outcome).to.equal('pass');
    const late = await worker.verify(fresh);
    expect(late.outcome).to.equal('refer');
    expect(worker.state.head.number).to.be.below(verifier.state.head.number);
    now += VERIFIER_DEFAULTS.readySeconds + 1;
    const ageSeconds = now - worker.state.head.timeSeconds;
    expect((await worker.verify(fresh)).freshness).to.deep.include({ basis: 'ledger', ageSeconds });
    expect(worker.isSynced).to.equal(false);
    isCut = false;
    await verifier.sync();
    await worker.catchUp();
    expect((await worker.verify(fresh)).outcome).to.equal('pass');
    expect(worker.isSynced).to.equal(true);
  });

  it('is not that of another ledger whose snapshot lies there', async () => {
    await using other = await startPublishedIssuer();
    await other.issue(nextIndex++);
    const elsewhere = await Verifier.open(
      { ...config('elsewhere'), deployment: other.deployment, rpcUrls: [other.rpcUrl], issuers: [] },
      { crypto: nodeCrypto, fetchJson: fetchJsonWith(fetch), log: silentLogger, nowSeconds: () => now },
    );
    await elsewhere.sync();
    await elsewhere[Symbol.asyncDispose]();
    await cp(join(folder, 'elsewhere', SNAPSHOT_FILE), join(folder, 'verifier', SNAPSHOT_FILE));
    const worker = await openWorker();
    expect(rootOf(worker.state)).to.equal(rootOf(verifier.state));
  });
});
