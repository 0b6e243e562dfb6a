/**
 * kill -9 at random points of sealing: whatever a client was told is in a block is still there, unchanged, every
 * account is where its transactions lead, and the whole history executes again to the same roots.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { verifyDataFolder } from '../../node/fsck.ts';
import { EmbeddedNode } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';
import { seededRandom } from '../../scripts/bench/harness.ts';
import { runs, testSeed } from '../support/scale.ts';
import { NodeProcess, optionsIn, SENDERS, sendAlong, type Receipt } from './support/node-process.ts';

const KILLS = runs(16, 500);
/** A block takes some 3 ms: the kill falls anywhere in the life of one, or between two. */
const LONGEST_DELAY_MS = 8;
const MOST_RECEIPTS = 12;

describe('node: kill -9 under load', () => {
  it(`loses no acknowledged transaction in ${KILLS} kills`, async function () {
    this.timeout(KILLS * 15_000);
    const random = seededRandom(testSeed);
    const folder = await mkdtemp(join(tmpdir(), 'hcl-kill-'));
    const options = await optionsIn(folder);
    let next = new NodeProcess(options);
    try {
      const acknowledged: Receipt[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        const victim = next;
        const receipts = loadUntilKilled(victim, random);
        next = new NodeProcess(options);
        const before = acknowledged.length;
        acknowledged.push(...(await receipts));
        expect(acknowledged.length, 'the load was real').to.be.greaterThan(before);
        await expectAllThere(options, acknowledged.slice(before), acknowledged);
      }
      await expectAllThere(options, acknowledged, acknowledged);
      const report = await verifyDataFolder(options.dataFolder);
      expect(report.fault).to.equal(undefined);
      expect(report.transactions).to.be.at.least(acknowledged.length);
    } finally {
      await next.kill();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Runs a node under the load of all senders, kills it, and answers the receipts that it gave. */
async function loadUntilKilled(victim: NodeProcess, random: () => number): Promise<Receipt[]> {
  const wanted = 1 + Math.floor(random() * MOST_RECEIPTS);
  const delayMs = random() * LONGEST_DELAY_MS;
  const url = await victim.open();
  const receipts: Receipt[] = [];
  let exit: Promise<unknown[]> | undefined;
  const onReceipt = (receipt: Receipt): void => {
    receipts.push(receipt);
    if (receipts.length !== wanted) return;
    exit = new Promise((resolve) => setTimeout(() => resolve(victim.kill()), delayMs));
  };
  await Promise.all(SENDERS.map((sender) => sendAlong(url, sender, { onReceipt })));
  expect(await exit).to.deep.equal([null, 'SIGKILL']);
  return receipts;
}

/** Opens the folder: the receipts are as they were, and nonces are what `all` acknowledged ones lead to at least. */
async function expectAllThere(
  options: NodeOptions,
  receipts: readonly Receipt[],
  all: readonly Receipt[],
): Promise<void> {
  await using node = await EmbeddedNode.open(options, { nowSeconds: () => Date.now() / 1_000 });
  for (const receipt of receipts) {
    expect(await node.request('eth_getTransactionReceipt', [receipt.transactionHash])).to.deep.equal(receipt);
  }
  for (const { address } of SENDERS) {
    const known = all.filter(({ from }) => from === address.toLowerCase()).length;
    const nonce = Number(await node.request('eth_getTransactionCount', [address, 'latest']));
    // At each kill a sender may have had one transaction sealed that it was not told of.
    expect(nonce).to.be.within(known, known + KILLS);
  }
}
