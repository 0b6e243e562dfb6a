/** The tables of `issuer/privacy/erasure.ts` and `epoch-turn.ts`, row by row: ended anywhere, it goes on exactly. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Issuer } from '../../issuer/issuer.ts';
import { writeSecrets } from '../../issuer/secrets.ts';
import { TABLES } from '../../issuer/store.ts';
import { Store } from '../../service/store.ts';
import { personOf } from '../issuer/health/support.ts';
import { issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { Random } from '../support/random.ts';
import { isLongRun, runs, testSeed } from '../support/scale.ts';
import { checkAfterErasure, type Expected } from './support/after-erasure.ts';
import { FailingWrites, type WriteFault } from './support/failing-store.ts';

/** Two of five are erased. */
const RECORDS = Array.from({ length: 5 }, (_, i) => vaccination(i));
const CODE = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;

async function begin(house: IssuerHouse): Promise<{ readonly issuer: Issuer; readonly expected: Expected }> {
  const issuer = await house.open();
  const rows = await issueAll(issuer, RECORDS);
  await issuer.settle();
  return {
    issuer,
    expected: { gone: rows.slice(0, 2), kept: rows.slice(2), keptRecords: RECORDS.slice(2) },
  };
}

async function eraseAll(issuer: Issuer, { gone }: Expected): Promise<void> {
  for (const { recordId } of gone) await issuer.privacy.erase(recordId, 'subject-request');
  await issuer.privacy.pass({ force: true });
}

describe('erasure: a process that ends', function () {
  this.timeout(isLongRun ? 900_000 : 60_000);

  it('at any of its writes, that write lost or kept, is finished by the next one', async () => {
    const writes = await countWrites();
    expect(writes).to.be.within(12, 40);
    for (let at = 1; at <= writes; at++) {
      const faults: readonly WriteFault[] = at % 2 === 0 ? ['lost', 'kept'] : ['kept', 'lost'];
      for (const fault of faults.slice(0, runs(1, 2))) await endAt(at, fault);
    }
  });

  it('between overwriting a key and unlinking it is finished by the next one', async () => {
    await using house = await IssuerHouse.create();
    const { issuer, expected } = await begin(house);
    await eraseAll(issuer, expected);
    await issuer.close();
    await writeFile(join(house.folder, 'issuer', 'epochs', 'epoch-0000000001.key'), new Uint8Array(113));
    await using second = await house.open();
    await checkAfterErasure(house, second, expected);
  });

  it('after it made the next key and before it noted it goes on with that key', async () => {
    await using house = await IssuerHouse.create();
    const { issuer, expected } = await begin(house);
    for (const { recordId } of expected.gone) await issuer.privacy.erase(recordId, 'subject-request');
    {
      using _failing = new FailingWrites(1, 'lost');
      await issuer.privacy.pass({ force: true }).catch(() => undefined);
    }
    await issuer.close();
    await using second = await house.open();
    await second.privacy.pass({ force: true });
    await checkAfterErasure(house, second, expected);
  });

  it('killed at random moments has done what it answered, and lost nobody else', async () => {
    await using house = await IssuerHouse.create();
    const random = new Random(testSeed);
    const erased: string[] = [];
    const kept: string[] = [];
    await writeSecrets(join(house.folder, 'secrets.json'), house.secrets);
    for (let life = 0; life < runs(2, 60); life++) {
      const lines = await killAfter(house.folder, 10 + random.below(40), life);
      for (const [kind, id] of lines) (kind === 'erased' ? erased : kept).push(id);
    }
    await using issuer = await house.open();
    await issuer.privacy.pass({ force: true });
    await issuer.settle();
    expect(erased.length).to.be.greaterThan(runs(3, 150));
    for (const id of erased) {
      await expectRejects(() => issuer.record(id), 'RECORD_NOT_FOUND');
      expect((await issuer.privacy.erasure(id)).stage).to.equal('dead');
    }
    for (const id of kept) expect((await issuer.record(id)).credentials).to.have.length(2);
  });
});

describe('erasure of the last record of a person', () => {
  it('ends the health file too, at whichever write the process ends', async () => {
    const writes = await endForgetting(Number.MAX_SAFE_INTEGER, 'lost');
    expect(writes).to.be.within(4, 10);
    // The first is the mark: without it nothing has been asked.
    for (let at = 2; at <= writes; at++) {
      for (const fault of ['lost', 'kept'] as const) await endForgetting(at, fault);
    }
  });
});

/** Ends a process while the only record of a person is erased; nobody asks again. Writes until then. */
async function endForgetting(at: number, fault: WriteFault): Promise<number> {
  await using house = await IssuerHouse.create();
  const issuer = await house.open();
  const { issued } = await issuer.health.issue(CODE);
  await issuer.settle();
  let count = 0;
  {
    using writes = new FailingWrites(at, fault);
    await issuer.privacy.erase(issued.recordId, 'subject-request').catch(() => undefined);
    count = writes.count;
  }
  await issuer.close();
  await using second = await house.open();
  // As its schedulers do at a start.
  await second.privacy.pass({ force: false });
  await second.settle();
  await expectRejects(() => second.record(issued.recordId), 'RECORD_NOT_FOUND');
  await second.close();
  await using store = await Store.open(join(house.folder, 'issuer', 'store'));
  for (const table of [TABLES.healthFiles, TABLES.healthNames, TABLES.forgotten])
    expect(await store.table(table).first(), `write ${at} ${fault}`).to.equal(undefined);
  return count;
}

/** Writes of the whole, when nothing goes wrong. */
async function countWrites(): Promise<number> {
  await using house = await IssuerHouse.create();
  const { issuer, expected } = await begin(house);
  using writes = new FailingWrites(Number.MAX_SAFE_INTEGER, 'lost');
  await eraseAll(issuer, expected);
  await issuer.close();
  return writes.count;
}

async function endAt(at: number, fault: WriteFault): Promise<void> {
  await using house = await IssuerHouse.create();
  const { issuer, expected } = await begin(house);
  {
    using _failing = new FailingWrites(at, fault);
    await expectRejects(() => eraseAll(issuer, expected), 'STORE_FAILED');
  }
  await issuer.close();
  await using second = await house.open();
  // Whoever asked got no answer, so they ask again.
  await eraseAll(second, expected);
  await checkAfterErasure(house, second, expected);
}

/** What a process answered until it was killed: `kept` or `erased`, and the record's id. */
async function killAfter(folder: string, lines: number, life: number): Promise<readonly [string, string][]> {
  const program = join(import.meta.dirname, 'support', 'endless-erasing.ts');
  const child = spawn(process.execPath, [program, folder, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answered: [string, string][] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind = '', id = ''] = line.split(' ');
    answered.push([kind, id]);
    if (answered.length === lines) child.kill('SIGKILL');
  }
  return answered;
}
