/** The whole way: a ledger, a verifier that publishes, three witnesses on HTTP, and a device that has only files. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { buildWitnessApp } from '../../../auditor/witness/app.ts';
import { OwnLog } from '../../../auditor/witness/own-log.ts';
import { WitnessRecord } from '../../../auditor/witness/record.ts';
import { Witness, type WitnessedLog } from '../../../auditor/witness/witness.ts';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import { acceptHandover } from '../../../core/bundle/accept-handover.ts';
import type { AcceptContext } from '../../../core/bundle/signed-head.ts';
import { updateBundle } from '../../../core/bundle/update-bundle.ts';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { originOf } from '../../../core/bundle/checkpoint.ts';
import { DELTA_LINES, deltaPath } from '../../../core/bundle/follow-deltas.ts';
import type { NoteSigner } from '../../../core/bundle/cosignature.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { SNAPSHOT_FILE } from '../../../service/snapshot-file.ts';
import { buildVerifierApp } from '../../../verifier/app.ts';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import { BundleFolder } from '../../../verifier/bundle/bundle-folder.ts';
import { parseKeptBases } from '../../../verifier/bundle/kept-bases.ts';
import { Publisher } from '../../../verifier/bundle/publisher.ts';
import { VERIFIER_DEFAULTS, type BundleConfig, type VerifierConfig } from '../../../verifier/config.ts';
import { fetchJsonWith } from '../../../verifier/fetch-json.ts';
import { Verifier, type VerifierDeps } from '../../../verifier/verifier.ts';
import { HclError } from '../../../core/errors.ts';
import { handOf } from '../../ledger/support/test-ledger.ts';
import { setOf, testSigner } from '../../support/signers.ts';
import { LEDGER_NOW, startPublishedIssuer, type PublishedIssuer } from '../support/published-issuer.ts';

const LOG_SIGNER = testSigner(90);
const SIGNERS = [1, 2, 3].map(testSigner);
const FIRST = setOf(1, 2, SIGNERS);
const NOBODY = 'http://127.0.0.1:1';

interface RunningWitness extends AsyncDisposable {
  readonly url: string;
}

describe('a verifier that publishes bundles', function () {
  this.timeout(60_000);
  let issuer: PublishedIssuer;
  let code: string;
  let revokedCode: string;
  let folder: string;
  let witnesses: RunningWitness[];
  let now = LEDGER_NOW;
  let nextIndex = 10;

  before(async () => {
    issuer = await startPublishedIssuer();
    code = await issuer.issue(1);
    revokedCode = await issuer.issue(2);
    await issuer.publish([2]);
    await nameSigners(SIGNERS);
  });
  after(() => issuer[Symbol.asyncDispose]());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-publishing-'));
    witnesses = await Promise.all(SIGNERS.map(startWitness));
  });
  afterEach(async () => {
    for (const witness of witnesses) await witness[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function nameSigners(signers: readonly NoteSigner[]): Promise<void> {
    using governor = handOf('governor', issuer.rpcUrl, issuer.deployment);
    await governor.trust.setCheckpointSet(
      signers.map(({ publicKey }) => publicKey),
      2,
    );
  }

  async function startWitness(signer: NoteSigner): Promise<RunningWitness> {
    const content = await OwnLog.open(
      {
        folder: join(folder, `${signer.name.replace('/', '-')}.ledger`),
        deployment: issuer.deployment,
        rpcUrls: [issuer.rpcUrl],
      },
      { crypto: nodeCrypto, log: silentLogger, nowSeconds: () => now },
    );
    const running = await startWitnessWith(signer, content);
    return {
      url: running.url,
      async [Symbol.asyncDispose]() {
        await running[Symbol.asyncDispose]();
        await content[Symbol.asyncDispose]();
      },
    };
  }

  async function startWitnessWith(
    signer: NoteSigner,
    content: WitnessedLog['content'],
  ): Promise<RunningWitness> {
    const kind = content === 'log-only' ? content : 'compared';
    const record = await WitnessRecord.open(join(folder, `${signer.name.replace('/', '-')}.${kind}`));
    const origin = originOf(issuer.deployment);
    await Witness.found(record, origin);
    const logs = [{ origin, keys: [LOG_SIGNER.publicKey], content }];
    const deps = { crypto: nodeCrypto, record, nowSeconds: () => now };
    const witness = await Witness.open({ logs, signer }, deps);
    const app = await buildWitnessApp({ witness, logger: silentLogger, limits: { maxEventLoopDelayMs: 0 } });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    return {
      url,
      async [Symbol.asyncDispose]() {
        await app.close();
        await record[Symbol.asyncDispose]();
      },
    };
  }

  function config(): VerifierConfig & { readonly bundle: BundleConfig } {
    return {
      ...VERIFIER_DEFAULTS,
      dataFolder: join(folder, 'verifier'),
      deployment: issuer.deployment,
      rpcUrls: [issuer.rpcUrl],
      issuers: [{ did: issuer.did, url: issuer.url }],
      pollMs: 50,
      bundle: {
        folder: join(folder, 'bundle'),
        keyFile: '',
        keyName: LOG_SIGNER.name,
        witnessUrls: witnesses.map(({ url }) => url),
        everySeconds: 60,
        shortDays: 30,
      },
    };
  }

  async function openVerifier(): Promise<Verifier> {
    const verifier = await Verifier.open(config(), depsOfVerifier());
    await verifier.sync();
    return verifier;
  }

  function depsOfVerifier(): VerifierDeps {
    return {
      crypto: nodeCrypto,
      fetchJson: fetchJsonWith(fetch),
      log: silentLogger,
      nowSeconds: () => now,
    };
  }

  function openPublisher(
    urls = witnesses.map(({ url }) => url),
    bundles = new BundleFolder(join(folder, 'bundle'), nodeCrypto),
  ): Promise<Publisher> {
    return Publisher.open(
      {
        origin: originOf(issuer.deployment),
        signer: LOG_SIGNER,
        witnesses: urls.map((url) => ({ url })),
        shortDays: 30,
        witnessTimeoutMs: 5000,
      },
      {
        crypto: nodeCrypto,
        folder: bundles,
        fetch,
        log: silentLogger,
        nowSeconds: () => now,
      },
    );
  }

  function publishFrom(publisher: Publisher, verifier: Verifier): Promise<BundleIndex> {
    if (verifier.logged === undefined) throw new Error('the verifier keeps a log');
    return publisher.publish({ state: verifier.logged, statusLists: verifier.follower.lists });
  }

  function context(signers = FIRST): AcceptContext {
    const trust = { origin: originOf(issuer.deployment), signers };
    return { crypto: nodeCrypto, trust, nowSeconds: now, clockSkewSeconds: 300 };
  }

  function bytesOf({ path }: { readonly path: string }): Promise<Uint8Array> {
    return readFile(join(folder, 'bundle', path));
  }

  async function takeFull(index: BundleIndex): Promise<BundleState> {
    return acceptBundle(await bytesOf(index.full), undefined, context());
  }

  /** Up to date by one delta from what is held. */
  async function takeDelta(held: BundleState): Promise<BundleState> {
    const path = deltaPath('deltas', held.checkpoint.size);
    return acceptBundle(await bytesOf({ path }), held, context());
  }

  function judge(text: string, { state, statusLists }: BundleState): Promise<Verdict> {
    return verifyCode(text, {
      crypto: nodeCrypto,
      state,
      statusLists,
      nowSeconds: now,
      policy: defaultPolicy,
    });
  }

  it('writes no snapshot as long as the log that it relies on does not come to the disk', async () => {
    await using verifier = await Verifier.open(config(), depsOfVerifier());
    const { logged } = verifier;
    if (logged === undefined) throw new Error('who publishes has a log');
    const isWritten = (): boolean => existsSync(join(folder, 'verifier', SNAPSHOT_FILE));
    const sync = logged.sync.bind(logged);
    const fault = new Error('EIO');
    logged.sync = () => Promise.reject(fault);
    expect(await verifier.sync().catch((error: unknown) => error)).to.equal(fault);
    expect(isWritten()).to.equal(false);
    logged.sync = sync;
    await verifier.sync();
    expect(isWritten()).to.equal(true);
  });

  it('gives devices the verdicts that it gives itself', async () => {
    await using verifier = await openVerifier();
    const held = await takeFull(await publishFrom(await openPublisher(), verifier));
    for (const text of [code, revokedCode, code.replace('HCL1:0', 'HCL1:1'), 'HCL1:', '']) {
      const own = await verifier.verify(text);
      const ofDevice = await judge(text, held);
      // The device knows it as of the checkpoint's time, the verifier as of its last block.
      expect({ ...ofDevice, freshness: own.freshness }).to.deep.equal(own);
      expect(ofDevice.freshness.grade).to.equal(own.freshness.grade);
    }
    expect((await judge(code, held)).outcome).to.equal('pass');
  });

  it('keeps devices up to date by deltas, also when nothing but time has passed', async () => {
    await using verifier = await openVerifier();
    const publisher = await openPublisher();
    const first = await takeFull(await publishFrom(publisher, verifier));
    const fresh = await issuer.issue(nextIndex++);
    expect((await judge(fresh, first)).outcome).to.equal('refer');
    await verifier.sync();
    await publishFrom(publisher, verifier);
    const second = await takeDelta(first);
    expect((await judge(fresh, second)).outcome).to.equal('pass');
    now += 600;
    await publishFrom(publisher, verifier);
    const third = await takeDelta(second);
    expect(third.timeSeconds).to.equal(now);
    expect(toHex(third.checkpoint.root)).to.equal(toHex(second.checkpoint.root));
    // Who was away from the first on has not missed anything.
    const index = await publishFrom(publisher, verifier);
    expect((await takeDelta(first)).timeSeconds).to.equal(now);
    expect((await takeDelta(await takeFull(index))).checkpoint.size).to.equal(index.size);
  });

  it('goes on with one witness less than all, and not with fewer than k', async () => {
    await using verifier = await openVerifier();
    const urls = witnesses.map(({ url }) => url);
    await publishFrom(await openPublisher([...urls.slice(0, 2), NOBODY]), verifier);
    const before = await readFile(join(folder, 'bundle', 'latest'), 'utf8');
    const lonely = await openPublisher([...urls.slice(0, 1), NOBODY, NOBODY]);
    await rejectsWith(publishFrom(lonely, verifier), 'PUBLISH_SIGNATURES_TOO_FEW');
    expect(await readFile(join(folder, 'bundle', 'latest'), 'utf8')).to.equal(before);
  });

  it('goes on after a restart with the log it had, and makes it again when it is lost', async () => {
    const sizes: string[] = [];
    const publishOnce = async (): Promise<void> => {
      await using verifier = await openVerifier();
      const index = await publishFrom(await openPublisher(), verifier);
      const held = await takeFull(index);
      sizes.push(`${index.size} ${toHex(held.checkpoint.root)}`);
    };
    await publishOnce();
    await publishOnce();
    await rm(join(folder, 'verifier', 'checkpoint-log'), { recursive: true });
    await publishOnce();
    expect(new Set(sizes).size).to.equal(1);
    await issuer.issue(nextIndex++);
    await publishOnce();
    expect(new Set(sizes).size).to.equal(2);
  });

  it('makes deltas after a restart to what was published before it', async () => {
    await using verifier = await openVerifier();
    const before = await openPublisher();
    const first = await takeFull(await publishFrom(before, verifier));
    await issuer.issue(nextIndex++);
    await verifier.sync();
    await publishFrom(before, verifier);
    const second = await takeDelta(first);
    const fresh = await issuer.issue(nextIndex++);
    await verifier.sync();
    const index = await publishFrom(await openPublisher(), verifier);
    expect(index.full.size).to.equal(first.checkpoint.size);
    for (const held of [first, second]) {
      const now = await takeDelta(held);
      expect(now.checkpoint.size).to.equal(index.size);
      expect((await judge(fresh, now)).outcome).to.equal('pass');
    }
  });

  it('begins with a full bundle when what was published cannot be read', async () => {
    await using verifier = await openVerifier();
    const { full } = await publishFrom(await openPublisher(), verifier);
    await rm(join(folder, 'bundle', full.path));
    const index = await publishFrom(await openPublisher(), verifier);
    expect((await takeFull(index)).checkpoint.size).to.equal(index.size);
  });

  it('serves the folder: an index, files that never change, and nothing else', async () => {
    await using verifier = await openVerifier();
    const app = await buildVerifierApp({ verifier, config: config(), logger: silentLogger });
    expect((await app.inject('/bundle/latest')).statusCode).to.equal(404);
    const index = await publishFrom(await openPublisher(), verifier);
    expect((await app.inject('/bundle/latest')).json()).to.deep.equal(JSON.parse(JSON.stringify(index)));
    const file = await app.inject(`/bundle/${index.full.path}`);
    expect(file.headers['cache-control']).to.contain('immutable');
    expect(new Uint8Array(file.rawPayload)).to.deep.equal(new Uint8Array(await bytesOf(index.full)));
    expect(file.headers['content-length']).to.equal(String(index.full.bytes));
    for (const path of [index.full.path, ...DELTA_LINES.map((line) => deltaPath(line, index.size))]) {
      const once = await app.inject(`/bundle/${path}`);
      expect(new Uint8Array(once.rawPayload), path).to.deep.equal(new Uint8Array(await bytesOf({ path })));
      const { etag } = once.headers;
      const again = await app.inject({ url: `/bundle/${path}`, headers: { 'if-none-match': String(etag) } });
      expect({ status: again.statusCode, bytes: again.rawPayload.length }).to.deep.equal({
        status: 304,
        bytes: 0,
      });
    }
    for (const folderName of ['files', ...DELTA_LINES]) {
      for (const name of ['x', '..%2flatest', `${'0'.repeat(64)}.hclb`, '00.hclb', '-1.hclb']) {
        expect((await app.inject(`/bundle/${folderName}/${name}`)).statusCode, name).to.equal(404);
      }
    }
    await app.close();
  });

  it('removes what is named no longer, after a while', async () => {
    await using verifier = await openVerifier();
    const publisher = await openPublisher();
    await publishFrom(publisher, verifier);
    const files = join(folder, 'bundle', 'files');
    const before = new Set(await readdir(files));
    now += 600;
    await publishFrom(publisher, verifier);
    const kept = await readdir(files);
    expect(kept.filter((name) => before.has(name))).to.have.length(before.size);
    now = Math.max(now, Math.floor(Date.now() / 1000)) + 3 * 3600;
    const index = await publishFrom(publisher, verifier);
    // For itself it keeps the state as it was published first.
    const states = parseKeptBases(await readFile(join(folder, 'bundle', 'bases')));
    const named = [index.full, ...index.deltas, ...states].map(({ path }) => path.slice('files/'.length));
    expect((await readdir(files)).toSorted()).to.deep.equal([...new Set(named)].toSorted());
  });

  it('hands over to new signers by the old ones, for devices that were away too', async () => {
    await using verifier = await openVerifier();
    const publisher = await openPublisher();
    const first = await takeFull(await publishFrom(publisher, verifier));
    const next = [1, 4, 5].map(testSigner);
    witnesses.push(await startWitness(testSigner(4)), await startWitness(testSigner(5)));
    await nameSigners(next);
    await verifier.sync();
    // The first state with the new signers needs k of the old.
    const all = await openPublisher();
    const strangers = await openPublisher(witnesses.slice(2).map(({ url }) => url));
    await rejectsWith(publishFrom(strangers, verifier), 'PUBLISH_SIGNATURES_TOO_FEW');
    const index = await publishFrom(all, verifier);
    const second = await takeDelta(first);
    expect(second.signers.keys).to.deep.equal(next.map(({ publicKey }) => toHex(publicKey)));
    const handover = index.handovers.at(-1);
    if (handover === undefined) throw new Error('there is a handover');
    const known = await acceptHandover(await bytesOf(handover), first.signers, context());
    expect(known).to.deep.equal(second.signers);
    // The way a device goes by itself; at last when old signers sign no more.
    const byNew = witnesses.slice(2).map(({ url }) => url);
    for (const publisherOf of [async () => all, () => openPublisher(byNew)]) {
      await issuer.issue(nextIndex++);
      await verifier.sync();
      const later = await publishFrom(await publisherOf(), verifier);
      expect(later.handovers).to.deep.equal(index.handovers);
      const update = { ...context(), get: (path: string) => bytesOf({ path }) };
      for (const held of [first, undefined]) {
        expect((await updateBundle(later, held, update)).checkpoint.size).to.equal(later.size);
      }
    }
    await nameSigners(SIGNERS);
  });

  it('hands over to signers that the ledger names while it publishes', async () => {
    await using verifier = await openVerifier();
    // The change is made up here, so witnesses with a replica would not have it.
    await using stack = new AsyncDisposableStack();
    const logOnly = await Promise.all(SIGNERS.map((signer) => startWitnessWith(signer, 'log-only')));
    for (const witness of logOnly) stack.use(witness);
    const bundles = new BundleFolder(join(folder, 'bundle'), nodeCrypto);
    const publisher = await openPublisher(
      logOnly.map(({ url }) => url),
      bundles,
    );
    const { signers } = await publishFrom(publisher, verifier);
    const next = setOf(signers.version + 1, 2, [1, 4, 5].map(testSigner));
    const putIndex = bundles.putIndex.bind(bundles);
    bundles.putIndex = () => Promise.reject(new Error('the disk is full'));
    const publishing = publishFrom(publisher, verifier);
    const { logged } = verifier;
    const { hash, number, timeSeconds } = logged?.head ?? verifier.state.head;
    const change = { event: 'CheckpointSetChanged', ...next } as const;
    logged?.apply({ number: number + 1, hash, timeSeconds, events: [change] });
    // What nobody could take was not published, and is said once when it is.
    expect((await Promise.allSettled([publishing]))[0].status).to.equal('rejected');
    bundles.putIndex = putIndex;
    const index = await publishFrom(publisher, verifier);
    expect(index.signers).to.deep.equal(next);
    expect(index.handovers.map(({ version }) => version)).to.deep.equal([next.version]);
  });
});

async function rejectsWith(attempt: Promise<unknown>, code: string): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error instanceof HclError ? error.code : error).to.equal(code);
}
