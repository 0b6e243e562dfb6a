/**
 * D4: a disk that is full, or becomes read-only. Nothing is acknowledged that is not on it, and the issuer goes on by
 * itself when it can.
 */
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import { HclError } from '../../core/errors.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { fileKeyStore } from '../../issuer/keys/file-key-store.ts';
import { SigningKeyStore, toStoredKey } from '../../issuer/keys/signing-key-store.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import type { Service } from '../../service/app.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { printFindings } from '../support/findings.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';
import { expectAnchoredOnce, handlesOf } from './support/anchored-once.ts';
import { issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';
import { expectRejects } from './support/rejects-code.ts';

const MEGABYTES = 8;
const randomBytes = createRandomBytes();

describe('a full disk', function () {
  this.timeout(60_000);
  let disk: SmallDisk;

  before(async function () {
    const mounted = await SmallDisk.mount(MEGABYTES);
    if (mounted === undefined) {
      this.test?.parent?.eachTest((test) => (test.title += ' (needs to mount a tmpfs)'));
      this.skip();
    }
    disk = mounted;
  });
  after(async () => {
    if (disk !== undefined) await disk[Symbol.asyncDispose]();
  });

  it('stops all answers until there is room, then all goes on by itself and nothing answered is lost', async () => {
    await using house = IssuerHouse.at(join(disk.folder, 'house'));
    await using issuer = await house.open();
    const { app, isReady } = await appOf(house, issuer);
    const acknowledged = await issueAll(issuer, [vaccination(1), vaccination(2)]);
    await issuer.settle();
    expect(await isReady()).to.equal(true);

    await disk.fill();
    const { rows, failed } = await issueUntilRefused(issuer, 3);
    acknowledged.push(...rows);
    expect(failed).to.equal('STORE_FAILED');
    expect(await isReady(), 'at once').to.equal(false);
    // Every attempt while it is full fails: by the store, or because it is being opened again.
    let whileFull = 0;
    for (let n = 0; n < 20; n++) {
      const attempt = await issueUntilRefused(issuer, 10_000 + n, 1);
      whileFull += attempt.rows.length;
      expect(attempt.failed).to.equal('STORE_FAILED');
      expect(await isReady()).to.equal(false);
    }

    await disk.free();
    await issuer.untilReopened();
    expect(await isReady()).to.equal(true);
    acknowledged.push(...(await issueAll(issuer, [vaccination(20_000)])));
    await issuer.settle();
    // What got no answer is sent again: it may be there or not, but never twice.
    acknowledged.push(...(await issueAll(issuer, [vaccination(3 + rows.length)])));
    await issuer.settle();
    await expectAnchoredOnce(handlesOf(acknowledged), {
      roots: house.ledger.batches.map(({ root }) => toHex(root)),
      leavesOf: async (root) => (await issuer.batch(root)).leaves,
      codeOf: (handle) => issuer.code(handle),
    });
    printFindings('disk full', [
      { 'acknowledged, each anchored once': acknowledged.length, 'acknowledged while full': whileFull },
    ]);
    await app.close();
  });

  it('stays unready while its disk is read-only, refuses to start on it, and goes on when it is writable', async () => {
    await using house = IssuerHouse.at(join(disk.folder, 'read-only'));
    await using issuer = await house.open();
    const { app, isReady } = await appOf(house, issuer);
    const another = IssuerHouse.at(join(disk.folder, 'another'));
    await (await another.open()).close();
    const acknowledged = [...(await issueAll(issuer, [vaccination(1)]))];
    // The kernel makes a disk read-only only when nobody writes to it: so it fills up first, and the store is closed.
    await disk.fill();
    acknowledged.push(...(await issueUntilRefused(issuer, 2)).rows);
    await until(() => canRemount(disk, `ro,size=${2 * MEGABYTES}m`));
    for (let n = 0; n < 20; n++) {
      expect((await issueUntilRefused(issuer, 10_000 + n, 1)).failed).to.equal('STORE_FAILED');
      expect(await isReady()).to.equal(false);
    }
    await expectRejects(() => another.open(), 'STORE_NOT_OPENED');

    disk.remount('rw');
    await issuer.untilReopened();
    expect(await isReady()).to.equal(true);
    acknowledged.push(...(await issueAll(issuer, [vaccination(20_000)])));
    await issuer.settle();
    await expectAnchoredOnce(handlesOf(acknowledged), {
      roots: house.ledger.batches.map(({ root }) => toHex(root)),
      leavesOf: async (root) => (await issuer.batch(root)).leaves,
      codeOf: (handle) => issuer.code(handle),
    });
    await app.close();
    await disk.free();
    disk.remount(`size=${MEGABYTES}m`);
  });

  it('does not bring back the signing key that was changed before', async () => {
    await using house = IssuerHouse.at(join(disk.folder, 'changed-key'));
    const secret = { bytes: randomBytes(32), cost: 1024 };
    const options = { path: join(disk.folder, 'signing-keys.json'), secret, randomBytes };
    const former = toStoredKey(house.secrets.signingKey, 1);
    const next = await (await SigningKeyStore.create(options, former)).add(2);
    const good = { from: 500, until: 501, ledgerTimeSeconds: 500 };
    const ports = { keyStore: fileKeyStore(options), registry: { find: async () => good } };
    await using issuer = await house.open({ ports });
    await issuer.rotation.use(next.kid);

    await disk.fill();
    expect((await issueUntilRefused(issuer, 1)).failed).to.equal('STORE_FAILED');
    await disk.free();
    await issuer.untilReopened();

    expect(issuer.key.kid).to.equal(next.kid);
    await issueAll(issuer, [vaccination(30_000)]);
    expect(await issuer.rotation.uses()).to.deep.include({ kid: former.kid, isPresent: false, waiting: 0 });
  });
});

function canRemount(disk: SmallDisk, options: string): boolean {
  try {
    disk.remount(options);
    return true;
  } catch {
    // It was just being opened again.
    return false;
  }
}

/** One row at a time, so that each is an acknowledgement of its own. */
async function issueUntilRefused(
  issuer: Issuer,
  from: number,
  most = 100_000,
): Promise<{ readonly rows: readonly IssuedRow[]; readonly failed: string | undefined }> {
  const rows: IssuedRow[] = [];
  try {
    for (let n = from; n < from + most; n++) rows.push(...(await issueAll(issuer, [vaccination(n)])));
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    return { rows, failed: error.code };
  }
  return { rows, failed: undefined };
}

async function appOf(
  house: IssuerHouse,
  issuer: Issuer,
): Promise<{ readonly app: Service; readonly isReady: () => Promise<boolean> }> {
  const app = await buildIssuerApp({
    issuer,
    operatorToken: house.secrets.operatorToken,
    now: () => house.nowMs,
    // A busy machine must not look like a full disk.
    limits: { maxEventLoopDelayMs: 600_000 },
  });
  return { app, isReady: async () => (await app.inject('/health/ready')).statusCode === 200 };
}
