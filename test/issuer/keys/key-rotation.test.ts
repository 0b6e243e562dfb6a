import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { equalBytes } from '../../../core/bytes/equal.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { fromUtf8 } from '../../../core/bytes/utf8.ts';
import { verifyJwsWithDidJwt } from '../../../core/credential/jwt.ts';
import { fromJwk } from '../../../core/credential/key.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { toJws } from '../../../core/qr/jws.ts';
import { checkReceipt, type LeafPath, type ReceiptFinding } from '../../../core/receipt/inclusion.ts';
import { parseReceipt } from '../../../core/receipt/receipt.ts';
import type { SignedAgain } from '../../../core/receipt/signed-again.ts';
import { kidOfStatusToken } from '../../../core/status/status-token.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import type { IssuerPorts } from '../../../issuer/parts.ts';
import { fileKeyStore } from '../../../issuer/keys/file-key-store.ts';
import type { RegisteredKey } from '../../../issuer/keys/ports.ts';
import {
  SigningKeyStore,
  toStoredKey,
  type SigningKeyStoreOptions,
  type StoredSigningKey,
} from '../../../issuer/keys/signing-key-store.ts';
import type { LeafAnswer } from '../../../issuer/receipts.ts';
import type { IssuedRow } from '../../../issuer/row.ts';
import type { Es256Signer } from '../../../issuer/signer-port.ts';
import { issuerKeyOf } from '../../../issuer/signing.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { silentLogger, type Log, type LogFields } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { collect, issueAll, IssuerHouse, labTest, rowsOf, vaccination } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { SpoiltWrite } from '../support/spoilt-write.ts';

const randomBytes = createRandomBytes();
/** Good at the ledger's time. */
const GOOD: RegisteredKey = { from: 500, until: 501, ledgerTimeSeconds: 500 };

describe('a change of the signing key', () => {
  let folder: string;
  let house: IssuerHouse;
  let options: SigningKeyStoreOptions;
  let former: StoredSigningKey;
  let next: StoredSigningKey;
  let registered: Map<string, RegisteredKey>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-rotation-'));
    house = await IssuerHouse.create();
    const secret = { bytes: randomBytes(32), cost: 1024 };
    options = { path: join(folder, 'signing-keys.json'), secret, randomBytes };
    former = toStoredKey(house.secrets.signingKey, 1);
    const keys = await SigningKeyStore.create(options, former);
    next = await keys.add(2);
    registered = new Map([
      [former.kid, GOOD],
      [next.kid, GOOD],
    ]);
  });

  afterEach(async () => {
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** As a start does it: with the key that the key store says. */
  async function open(changes: Partial<IssuerPorts> = {}): Promise<Issuer> {
    const { current } = await SigningKeyStore.open(options);
    const registry = { find: async (kid: string) => registered.get(kid) };
    return await Issuer.open(
      house.config(),
      { ...house.secrets, signingKey: current.jwk },
      house.ports({ keyStore: fileKeyStore(options), registry, ...changes }),
    );
  }

  /** The keys under which the rows' codes are, each good by did-jwt. */
  async function kidsOf(issuer: Issuer, rows: readonly IssuedRow[]): Promise<ReadonlySet<string>> {
    const kids = new Set<string>();
    for (const { handle } of rows.flatMap(({ credentials }) => credentials)) {
      const parts = decodeCode(await issuer.code(handle));
      const { kid } = JSON.parse(fromUtf8(parts.headerBytes) ?? '') as { kid: string };
      const { jwk } = kid === former.kid ? former : next;
      expect(verifyJwsWithDidJwt(toJws(parts), fromJwk(jwk))).to.equal(true);
      kids.add(kid);
    }
    return kids;
  }

  async function statusKid(issuer: Issuer): Promise<string> {
    return kidOfStatusToken((await issuer.statusManifest()).lists[0]!.token);
  }

  /** The same list as a W3C credential. */
  async function bitstringKid(issuer: Issuer): Promise<string> {
    const name = (await issuer.statusManifest()).lists[0]!.uri.split('/').at(-1) ?? '';
    const [header = ''] = (await issuer.statusCredential(name, 'revocation')).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    return kid.split('#').at(-1) ?? '';
  }

  async function waiting(issuer: Issuer): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries((await issuer.rotation.uses()).map((use) => [use.kid, use.waiting]));
  }

  it('leaves what was signed before as it is, and signs codes and status lists with the new key', async () => {
    await using issuer = await open();
    const before = await issueAll(issuer, [vaccination(1), labTest(1)]);
    await issuer.settle();
    const { version } = await issuer.statusManifest();
    await issuer.rotation.use(next.kid);
    expect(await statusKid(issuer)).to.equal(former.kid);
    expect(await bitstringKid(issuer), 'nobody had asked for it yet').to.equal(former.kid);
    const after = await issueAll(issuer, [vaccination(2), labTest(2)]);
    await issuer.settle();
    expect(issuer.key.kid).to.equal(next.kid);
    expect(await kidsOf(issuer, before)).to.deep.equal(new Set([former.kid]));
    expect(await kidsOf(issuer, after)).to.deep.equal(new Set([next.kid]));
    expect((await issuer.statusManifest()).version).to.equal(version + 1);
    expect(await statusKid(issuer)).to.equal(next.kid);
    expect(await bitstringKid(issuer)).to.equal(next.kid);
  });

  it('while rows come from several sides loses none and refuses none', async () => {
    await using issuer = await open();
    const early = await issueAll(issuer, [vaccination(8999)]);
    const file = (first: number): Promise<IssuedRow[]> =>
      issueAll(
        issuer,
        Array.from({ length: 600 }, (_, i) => vaccination(first + i)),
      );
    const files = [file(0), file(1000), file(2000)];
    await issuer.rotation.use(next.kid);
    const late = await issueAll(issuer, [vaccination(9000)]);
    const rows = (await Promise.all(files)).flat();
    expect(rows.every(({ duplicate }) => !duplicate)).to.equal(true);
    await issuer.settle();
    expect(await kidsOf(issuer, early)).to.deep.equal(new Set([former.kid]));
    // Each is good under the key it names.
    await kidsOf(
      issuer,
      rows.filter((_, i) => i % 40 === 0),
    );
    expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 0, [next.kid]: 0 });
    expect(await kidsOf(issuer, late)).to.deep.equal(new Set([next.kid]));
  });

  it('counts what each key has signed that waits for the ledger', async () => {
    await using issuer = await open();
    await issueAll(issuer, [vaccination(1), vaccination(2), labTest(3)]);
    expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 6 });
    await issuer.rotation.use(next.kid);
    await issueAll(issuer, [vaccination(4)]);
    expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 6, [next.kid]: 2 });
    house.ledger.isDown = true;
    await issuer.settle().catch(() => undefined);
    expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 6, [next.kid]: 2 });
    house.ledger.isDown = false;
    await issuer.settle();
    expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 0, [next.kid]: 0 });
  });

  const refused: readonly { readonly name: string; readonly code: string; readonly key?: RegisteredKey }[] = [
    { name: 'that the trust list does not have', code: 'KEY_NOT_REGISTERED' },
    {
      name: 'whose window has yet to begin',
      code: 'KEY_NOT_EFFECTIVE',
      key: { ...GOOD, ledgerTimeSeconds: 499 },
    },
    { name: 'whose window is over', code: 'KEY_NOT_EFFECTIVE', key: { ...GOOD, ledgerTimeSeconds: 501 } },
    { name: 'that is marked as stolen', code: 'KEY_NOT_EFFECTIVE', key: { ...GOOD, compromisedFrom: 9000 } },
  ];
  for (const { name, code, key } of refused) {
    it(`to a key ${name} is refused, and nothing changes`, async () => {
      if (key === undefined) registered.delete(next.kid);
      else registered.set(next.kid, key);
      await using issuer = await open();
      await expectRejects(() => issuer.rotation.use(next.kid), code);
      expect(issuer.key.kid).to.equal(former.kid);
      expect((await SigningKeyStore.open(options)).current.kid).to.equal(former.kid);
    });
  }

  it('that was forgotten on the ledger is told at the start, and a key that is good is not', async () => {
    const errors: LogFields[] = [];
    const log = Object.assign(Object.create(silentLogger) as Log, {
      error: (fields: LogFields) => errors.push(fields),
    });
    await using issuer = await open({ log });
    await issuer.rotation.report();
    expect(errors).to.deep.equal([]);
    registered.delete(former.kid);
    await issuer.rotation.report();
    registered.set(former.kid, { ...GOOD, compromisedFrom: 400 });
    await issuer.rotation.report();
    expect(errors.map(({ code }) => code)).to.deep.equal(['KEY_NOT_REGISTERED', 'KEY_NOT_EFFECTIVE']);
  });

  it('to a key that the store does not hold is refused', async () => {
    await using issuer = await open();
    await expectRejects(() => issuer.rotation.use('A'.repeat(43)), 'KEY_UNKNOWN');
  });

  it('that meets a store being opened again changes nothing, and can be asked for once more', async () => {
    const keyStore = fileKeyStore(options);
    const reached = Promise.withResolvers<void>();
    const reopened = Promise.withResolvers<void>();
    const load = async (kid: string): ReturnType<typeof keyStore.load> => {
      reached.resolve();
      await reopened.promise;
      return await keyStore.load(kid);
    };
    await using issuer = await open({ keyStore: { ...keyStore, load } });
    const changing = issuer.rotation.use(next.kid).catch((error: unknown) => error);
    await reached.promise;
    {
      using _spoilt = new SpoiltWrite();
      await expectRejects(() => issueAll(issuer, [vaccination(1)]), 'STORE_FAILED');
    }
    await issuer.untilReopened();
    reopened.resolve();
    expect(await changing)
      .to.have.property('code')
      .that.matches(/^STORE_/);
    expect((await SigningKeyStore.open(options)).current.kid).to.equal(former.kid);
    expect(issuer.key.kid).to.equal(former.kid);
    await issuer.rotation.use(next.kid);
    expect(issuer.key.kid).to.equal(next.kid);
  });

  it('outlives a crash before the status lists were renewed', async () => {
    {
      await using issuer = await open();
      await issueAll(issuer, [vaccination(1)]);
      await issuer.settle();
      house.ledger.isDown = true;
      await issuer.rotation.use(next.kid);
    }
    house.ledger.isDown = false;
    await using issuer = await open();
    expect(issuer.key.kid).to.equal(next.kid);
    await issuer.pass();
    expect((await issuer.statusManifest()).version).to.equal(2);
    expect(await statusKid(issuer)).to.equal(next.kid);
    await issuer.pass();
    expect((await issuer.statusManifest()).version).to.equal(2);
  });

  it('made while the issuer did not run is noticed', async () => {
    {
      await using issuer = await open();
      await issueAll(issuer, [vaccination(1)]);
    }
    await (await SigningKeyStore.open(options)).makeCurrent(next.kid);
    await using issuer = await open();
    await issueAll(issuer, [vaccination(2)]);
    expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 2, [next.kid]: 2 });
    await issuer.settle();
    expect(await statusKid(issuer)).to.equal(next.kid);
  });

  describe('signing again', () => {
    it('puts what waits under the new key; handles stay, and the codes are good', async () => {
      await using issuer = await open();
      const anchored = await issueAll(issuer, [vaccination(1)]);
      await issuer.settle();
      const rows = await issueAll(issuer, [vaccination(2), vaccination(3), labTest(4)]);
      await issuer.rotation.use(next.kid);
      const own = await issueAll(issuer, [vaccination(5)]);
      expect(await issuer.rotation.reSign()).to.equal(6);
      expect(await waiting(issuer)).to.deep.equal({ [former.kid]: 0, [next.kid]: 8 });
      expect(await issuer.rotation.reSign()).to.equal(0);
      await issuer.settle();
      expect(await kidsOf(issuer, anchored)).to.deep.equal(new Set([former.kid]));
      expect(await kidsOf(issuer, [...rows, ...own])).to.deep.equal(new Set([next.kid]));
    });

    it('breaks no receipt: its leaves are proven by those that took their place', async () => {
      await using issuer = await open();
      const [chunk] = await collect(issuer.takeIn(rowsOf([vaccination(1), labTest(2)])));
      const receipt = chunk?.receipt ?? '';
      await issuer.rotation.use(next.kid);
      await issuer.rotation.reSign();
      expect((await issuer.proveReceipt(receipt)).map(({ state }) => state)).to.deep.equal(
        Array(4).fill('anchoring'),
      );
      await issuer.settle();
      const answers = new Map((await issuer.proveReceipt(receipt)).map((answer) => [answer.leaf, answer]));
      const promise = parseReceipt(receipt);
      const finding = (change: Partial<SignedAgain>): ReceiptFinding =>
        checkReceipt(nodeCrypto, promise, {
          pathOf: (leaf) => pathIn(answers.get(toBase64url(leaf)), change),
          anchoredAt: (root) =>
            house.ledger.batches.find((batch) => equalBytes(batch.root, root))?.timeSeconds,
          nowSeconds: promise.issuedAtSeconds,
        });
      expect(finding({})).to.deep.include({ state: 'kept', proven: 4 });
      // What is shown must lead from the promised leaf, and to the anchored one.
      for (const change of [
        { formerKid: next.kid },
        { kid: former.kid },
        { payloadHash: new Uint8Array(32) },
      ]) {
        expect(finding(change)).to.include({ state: 'pending', proven: 0 });
      }
    });

    it('leaves what is staged as it is, and says that it waits', async () => {
      await using issuer = await open();
      const staged = await issueAll(issuer, [vaccination(1)]);
      house.ledger.isDown = true;
      // Twice: the first pass ends at the status lists, whose version waits for the ledger too.
      house.ledger.faults.push('lost');
      await issuer.settle().catch(() => undefined);
      house.ledger.isDown = false;
      house.ledger.faults.splice(0, house.ledger.faults.length, undefined, 'lost');
      await issuer.settle().catch(() => undefined);
      await issueAll(issuer, [vaccination(2)]);
      await issuer.rotation.use(next.kid);
      const before = await waiting(issuer);
      const count = await issuer.rotation.reSign();
      const after = await waiting(issuer);
      expect(before[former.kid]! - after[former.kid]!).to.equal(count);
      expect(after[former.kid]).to.be.greaterThan(0);
      await issuer.settle();
      expect(await kidsOf(issuer, staged)).to.include(former.kid);
    });

    it('that breaks off in the middle leaves every credential good, and goes on where it stopped', async () => {
      const key = issuerKeyOf(nodeCrypto, next.jwk);
      let left = 7;
      const failing: Es256Signer = {
        publicKey: key.publicKey,
        maxConcurrent: 1,
        sign(message) {
          if (left-- <= 0) throw new Error('the module is gone');
          return key.sign(message);
        },
      };
      const keyStore = { ...fileKeyStore(options), load: async () => failing };
      let rows: IssuedRow[] = [];
      {
        await using issuer = await open({ keyStore });
        for (let n = 0; n < 10; n++) rows = rows.concat(await issueAll(issuer, [vaccination(n)]));
        await issuer.rotation.use(next.kid);
        expect(await issuer.rotation.reSign().catch((error: unknown) => error)).to.be.instanceOf(Error);
      }
      await using issuer = await open();
      expect(await issuer.rotation.reSign()).to.be.within(1, 19);
      await issuer.settle();
      expect(await kidsOf(issuer, rows)).to.deep.equal(new Set([next.kid]));
    });
  });

  it('is asked for over HTTP by the operator alone', async function () {
    // The first service of a process loads fastify's plugins and the pages of /docs.
    this.timeout(15_000);
    await using issuer = await open();
    const { operatorToken } = house.secrets;
    const app = await buildIssuerApp({
      issuer,
      operatorToken,
      now: () => house.nowMs,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const ask = async (method: 'GET' | 'POST', url: string, payload?: object): Promise<unknown> => {
      const headers = { authorization: `Bearer ${operatorToken}` };
      const answer = await app.inject({
        method,
        url,
        headers,
        ...(payload === undefined ? {} : { payload }),
      });
      return answer.statusCode === 200 ? answer.json() : answer.json().code;
    };
    await issueAll(issuer, [vaccination(1)]);
    expect((await app.inject({ method: 'GET', url: '/keys' })).statusCode).to.equal(401);
    expect(await ask('POST', '/keys/use', { kid: 'A'.repeat(43) })).to.equal('KEY_UNKNOWN');
    expect(await ask('POST', '/keys/use', { kid: next.kid })).to.deep.equal({
      keys: [
        { kid: former.kid, isPresent: false, waiting: 2 },
        { kid: next.kid, isPresent: true, waiting: 0 },
      ],
    });
    expect(await ask('POST', '/keys/re-sign')).to.deep.equal({ count: 2 });
    expect(await ask('GET', '/keys')).to.deep.equal({
      keys: [
        { kid: former.kid, isPresent: false, waiting: 0 },
        { kid: next.kid, isPresent: true, waiting: 2 },
      ],
    });
    const { keys } = (await app.inject({ method: 'GET', url: '/issuer' })).json();
    expect(keys[0].kid).to.equal(next.kid);
    await app.close();
  });
});

/** As the issuer answers, but for `change` in what it shows of a leaf that was signed again. */
function pathIn(answer: LeafAnswer | undefined, change: Partial<SignedAgain>): LeafPath | undefined {
  if (answer === undefined || !('path' in answer) || answer.signedAgain === undefined) return undefined;
  const { index, path, signedAgain } = answer;
  const payloadHash = fromHex(signedAgain.payloadHash);
  const shown = { ...signedAgain, payloadHash, ...change };
  return { index, path: concatBytes(...path.map(fromHex)), signedAgain: shown };
}
