/**
 * D6 and D7: an old backup, a second process on one folder, and a copy of the folder with the same keys. Real
 * processes; the ledger's expected sequence keeps two writers apart.
 */
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { printFindings } from '../support/findings.ts';
import { runs } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { expectAnchoredOnce, handlesOf } from './support/anchored-once.ts';
import { IssuerHouse, issueAll, passportVaccination } from './support/issuer-house.ts';
import {
  IssuerOperator,
  IssuerProcess,
  processOptions,
  type Acknowledged,
} from './support/issuer-process.ts';
import type { IssuerProcessOptions } from './support/killed-issuer.ts';
import { LedgerServer } from './support/ledger-server.ts';
import { expectRejects } from './support/rejects-code.ts';

const ROUNDS = runs(1, 100);
const ANCHORS_SINCE_BACKUP = runs(20, 1_000);

describe('copies of a store', function () {
  this.timeout(60_000 + ROUNDS * 30_000);
  let house: IssuerHouse;

  beforeEach(async () => {
    house = await IssuerHouse.create();
    house.nowMs = Date.now();
    house.ledger.timeSeconds = Math.floor(house.nowMs / 1000);
  });
  afterEach(() => house[Symbol.asyncDispose]());

  it(`D6: one from before the last ${ANCHORS_SINCE_BACKUP} anchors does not start; the newest one does, and nothing is anchored twice`, async () => {
    const { dataFolder } = house.config();
    const people = passports();
    const acknowledged = await issueSome(3, people);
    await cp(dataFolder, `${dataFolder}.backup`, { recursive: true });
    while (house.ledger.batches.length < ANCHORS_SINCE_BACKUP + 2) {
      acknowledged.push(...(await issueSome(2, people)));
    }
    await rename(dataFolder, `${dataFolder}.newest`);
    await rename(`${dataFolder}.backup`, dataFolder);
    const anchors = house.ledger.anchorCalls;
    for (let attempt = 0; attempt < 3; attempt++)
      await expectRejects(() => house.open(), 'ISSUER_STORE_BEHIND');
    expect(house.ledger.anchorCalls, 'it does not even try').to.equal(anchors);

    await rm(dataFolder, { recursive: true });
    await rename(`${dataFolder}.newest`, dataFolder);
    acknowledged.push(...(await issueSome(3, people)));
    await using issuer = await house.open();
    await expectAnchoredOnce(handlesOf(acknowledged), {
      roots: house.ledger.batches.map(({ root }) => toHex(root)),
      leavesOf: async (root) => (await issuer.batch(root)).leaves,
      codeOf: (handle) => issuer.code(handle),
    });
    expect(house.ledger.batches.map(({ sequence }) => sequence)).to.deep.equal(
      house.ledger.batches.map((_, i) => i + 1),
    );
  });

  it('D6: one that comes while the ledger is away takes records in and anchors none of them', async () => {
    const { dataFolder } = house.config();
    const people = passports();
    await issueSome(3, people);
    await cp(dataFolder, `${dataFolder}.backup`, { recursive: true });
    await issueSome(3, people);
    await rm(dataFolder, { recursive: true });
    await rename(`${dataFolder}.backup`, dataFolder);
    house.ledger.isDown = true;
    await using issuer = await house.open();
    await issueAll(issuer, [people.next().value]);
    house.ledger.isDown = false;
    const { batches, anchorCalls } = house.ledger;
    const before = batches.length;
    await expectRejects(() => issuer.settle(), 'ISSUER_STORE_BEHIND');
    await expectRejects(() => issuer.settle(), 'ISSUER_HALTED');
    expect([batches.length, house.ledger.anchorCalls]).to.deep.equal([before, anchorCalls]);
  });

  it('D7: a second process on the same folder is refused', async () => {
    await using ledger = await LedgerServer.start(house.ledger);
    const options = await processOptions(house, { url: ledger.url, account: house.ledger.account });
    const first = new IssuerProcess(options);
    const second = new IssuerProcess(options);
    try {
      const operator = new IssuerOperator(await first.open(), house.secrets);
      expect(await second.open()).to.equal('refused STORE_LOCKED');
      expect(await operator.issue(passportVaccination(1))).to.have.nested.property('row.duplicate', false);
    } finally {
      await Promise.all([first.kill(), second.kill()]);
    }
  });

  it(`D7: a copy that takes over while the first is stopped fences it, or is fenced, in ${ROUNDS} of ${ROUNDS} rounds`, async () => {
    const totals = { rounds: 0, 'first fenced': 0, 'copy fenced': 0, acknowledged: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      await using one = await IssuerHouse.create();
      one.ledger.timeSeconds = Math.floor(Date.now() / 1000);
      const { fenced, acknowledged } = await takeOver(one, round);
      totals.rounds++;
      totals[fenced === 'first' ? 'first fenced' : 'copy fenced']++;
      totals.acknowledged += acknowledged;
    }
    printFindings('two copies with one account', [totals]);
    expect(totals['first fenced'] + totals['copy fenced']).to.equal(ROUNDS);
  });

  /** Issues through an issuer of this process and settles. */
  async function issueSome(
    count: number,
    people: Iterator<HealthRecord, HealthRecord>,
  ): Promise<Awaited<ReturnType<typeof issueAll>>> {
    await using issuer = await house.open();
    const rows = await issueAll(
      issuer,
      Array.from({ length: count }, () => people.next().value),
    );
    await issuer.settle();
    return rows;
  }
});

/**
 * Stops a first process with records on their way, starts one on a copy of its folder, lets both take records in and
 * the first go on. Whichever stands at the end has all that it acknowledged anchored, once; the other was fenced.
 */
async function takeOver(
  house: IssuerHouse,
  round: number,
): Promise<{ readonly fenced: 'first' | 'copy'; readonly acknowledged: number }> {
  await using ledger = await LedgerServer.start(house.ledger);
  const at = { url: ledger.url, account: house.ledger.account } as const;
  // Windows that end only when both have taken something in.
  const windowMs = { short: 300, long: 300 };
  const options = await processOptions(house, at, { config: { windowMs } });
  const copied: IssuerProcessOptions = {
    ...options,
    config: { ...options.config, dataFolder: join(house.folder, 'copy') },
  };
  const first = new IssuerProcess(options);
  const copy = new IssuerProcess(copied);
  const told = { first: [] as Acknowledged[], copy: [] as Acknowledged[] };
  try {
    const one = new IssuerOperator(await first.open(), house.secrets);
    // From here on the two disagree about batches alone.
    await until(() => house.ledger.statuses.length > 0);
    await issueThree(one, told.first, 100 * round);
    first.signal('SIGSTOP');
    await cp(options.config.dataFolder, copied.config.dataFolder, { recursive: true });
    const other = new IssuerOperator(await copy.open(), house.secrets);
    await issueThree(other, told.copy, 100 * round + 10);
    first.signal('SIGCONT');
    await issueThree(one, told.first, 100 * round + 20);
    const fenced = await untilOneIsFenced(one, other);
    const standing = fenced === 'first' ? other : one;
    const mine = fenced === 'first' ? told.copy : told.first;
    await untilReleased(standing, mine);
    await expectAnchoredOnce(handlesOf(mine.map(({ row }) => row)), {
      roots: house.ledger.batches.map(({ root }) => toHex(root)),
      leavesOf: async (root) => await leavesAt(standing, root),
      codeOf: async (handle) => (await codeAt(standing, handle)) ?? '',
    });
    return { fenced, acknowledged: mine.length };
  } finally {
    first.signal('SIGCONT');
    await Promise.all([first.kill(), copy.kill()]);
  }
}

async function issueThree(operator: IssuerOperator, told: Acknowledged[], from: number): Promise<void> {
  for (let n = from; n < from + 3; n++) {
    const one = await operator.issue(passportVaccination(n));
    if (one !== undefined) told.push(one);
  }
}

async function untilOneIsFenced(first: IssuerOperator, copy: IssuerOperator): Promise<'first' | 'copy'> {
  return await until(async () => {
    if (!(await agrees(first))) return 'first';
    return (await agrees(copy)) ? undefined : 'copy';
  });
}

async function agrees(operator: IssuerOperator): Promise<boolean> {
  const { failing } = (await (await operator.call('/health/ready')).json()) as { failing: readonly string[] };
  return !failing.includes('ledger-agreement');
}

async function untilReleased(operator: IssuerOperator, told: readonly Acknowledged[]): Promise<void> {
  for (const handle of handlesOf(told.map(({ row }) => row))) {
    await until(() => codeAt(operator, handle));
  }
}

async function codeAt(operator: IssuerOperator, handle: string): Promise<string | undefined> {
  const answer = await operator.call(`/credentials/${handle}`);
  return ((await answer.json()) as { code?: string }).code; // the route's response schema
}

async function leavesAt(operator: IssuerOperator, root: string): Promise<readonly `0x${string}`[]> {
  const answer = await operator.call(`/batches/${root}`);
  // The route's response schema.
  return ((await answer.json()) as { leaves: readonly `0x${string}`[] }).leaves;
}

function* passports(): Generator<HealthRecord, HealthRecord> {
  for (let n = 0; ; n++) yield passportVaccination(n);
}
