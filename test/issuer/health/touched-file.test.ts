/** What somebody touched of one person's health code stops nobody else: no status, no anchoring, no other colour. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { TABLES } from '../../../issuer/store.ts';
import { epochOf } from '../../../service/envelope.ts';
import { silentLogger } from '../../../service/logging.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { listed, orderOn, personOf, positive } from './support.ts';

const codeFor = (n: number) => ({ person: { subject: personOf(n) }, scheme: 'HK-HC' }) as const;

describe('a health file that was touched', () => {
  it('waits, while the colours of others turn and their records are released', async () => {
    await using house = await IssuerHouse.create();
    const path = join(house.folder, 'issuer', 'store');
    {
      await using issuer = await house.open();
      await issuer.health.issue(codeFor(1));
      await issuer.settle();
    }
    const older = await firstFile(path);
    let green = '';
    {
      await using issuer = await house.open();
      await issuer.health.orders.place(orderOn(personOf(1)));
      green = (await issuer.health.issue(codeFor(2))).issued.credentials[0]?.handle ?? '';
      await issuer.settle();
    }
    await putBack(path, older);
    await using issuer = await house.open();
    const rows = await issueAll(issuer, [positive(1), positive(2), labTest(9)]);
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('superseded');
    expect((await issuer.health.shown({ subject: personOf(2) }))[0]?.state).to.equal('red');
    expect(await issuer.code(rows[2]?.credentials[0]?.handle ?? '')).to.match(/^HC/);
    await issuer.settle();
    await issuer.close();
    expect(await waiting(path), 'the fact about the first person').to.equal(1);
  });
});

describe('a health file that does not open', () => {
  it('keeps its epoch alive and is reported, while the files of others move to the next', async () => {
    await using house = await IssuerHouse.create();
    const path = join(house.folder, 'issuer', 'store');
    {
      await using issuer = await house.open();
      for (const n of [1, 2, 3]) await issuer.health.orders.place(orderOn(personOf(n)));
    }
    const whole = await firstFile(path);
    const last = whole.value.length - 1;
    await putBack(path, { key: whole.key, value: whole.value.with(last, (whole.value[last] ?? 0) ^ 1) });
    const told: unknown[] = [];
    {
      const log = { ...silentLogger, error: (fields: object) => told.push(fields) };
      await using issuer = await house.open({ ports: { log } });
      const [row] = await issueAll(issuer, [labTest(9)]);
      await issuer.privacy.erase(row?.recordId ?? '', 'subject-request');
      await expectRejects(() => issuer.privacy.pass({ force: true }), 'INVARIANT');
      expect(told).to.deep.equal([{ code: 'HEALTH_FILE_UNREADABLE', count: 1 }]);
      // Whoever it is of gets no code from an empty file.
      await expectRejects(() => issuer.health.issue(codeFor(1)), 'ENVELOPE_TAMPERED');
      expect((await issuer.health.issue(codeFor(2))).colour.state).to.equal('red');
    }
    const [old = 0, ...moved] = await epochsOf(path);
    expect(moved, 'those of others').to.deep.equal([old + 1, old + 1]);
    await putBack(path, whole);
    await using issuer = await house.open();
    await issuer.privacy.pass({ force: true });
    expect((await issuer.health.issue(codeFor(1))).colour.state).to.equal('red');
    await issuer.close();
    expect(await epochsOf(path)).to.deep.equal([old + 1, old + 1, old + 1]);
  });
});

async function epochsOf(path: string): Promise<readonly number[]> {
  await using store = await Store.open(path);
  const epochs: number[] = [];
  for await (const { value } of store.table(TABLES.healthFiles).entries()) epochs.push(epochOf(value));
  return epochs;
}

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

async function firstFile(path: string): Promise<Entry> {
  await using store = await Store.open(path);
  const first = await store.table(TABLES.healthFiles).first();
  expect(first).to.not.equal(undefined);
  return first ?? { key: new Uint8Array(0), value: new Uint8Array(0) };
}

async function putBack(path: string, { key, value }: Entry): Promise<void> {
  await using store = await Store.open(path);
  await store.commit(new WriteBatch().put(TABLES.healthFiles, key, value));
}

async function waiting(path: string): Promise<number> {
  await using store = await Store.open(path);
  let count = 0;
  for await (const _ of store.table(TABLES.healthFacts).entries()) count++;
  return count;
}
