/** A health file that an earlier release stored: it has no secret, and is worked with as any other. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { evidenceDigest, parseColourAct, type ColourAct } from '../../../core/health/colour-act.ts';
import { evidenceSalt } from '../../../issuer/health/evidence-salt.ts';
import { HealthFiles } from '../../../issuer/health/health-file.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { KeyRing } from '../../../issuer/privacy/key-ring.ts';
import { readersOf, TABLES } from '../../../issuer/store.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { issueAll, IssuerHouse } from '../support/issuer-house.ts';
import { act, approve } from '../support/two-people.ts';
import { HOUR, listed, NOW, orderOn, personOf, positive, terms } from './support.ts';

const codeFor = (n: number) => ({ person: { subject: personOf(n) }, scheme: 'HK-HC' }) as const;

describe('a health file without a secret', () => {
  it('takes an order, which turns its colour and ends its green code', async () => {
    await using house = await IssuerHouse.create();
    const green = await greenCodes(house, [1]);
    await rewriteFiles(house, withoutSecret);
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.settle();
    expect((await issuer.health.shown({ subject: personOf(1) }))[0]?.state).to.equal('red');
    expect(await listed(issuer, green[0])).to.equal('superseded');
  });

  it('takes a ruling that two people approve, whose digest stays what it was', async () => {
    await using house = await IssuerHouse.create();
    await greenCodes(house, [1]);
    await rewriteFiles(house, withoutSecret);
    await using issuer = await house.open();
    await approve(issuer, [await issuer.health.rule({ subject: personOf(1) }, terms())]);
    await issuer.settle();
    expect((await issuer.health.shown({ subject: personOf(1) }))[0]?.state).to.equal('red');
    const salt = 'AAAAAAAAAAAAAAAAAAAAAA';
    expect(evidenceSalt(nodeCrypto, {}, salt)).to.equal(salt);
  });

  it('gets one with the next change, whose digest nobody finds by trying what it may rest on', async () => {
    await using house = await IssuerHouse.create();
    await greenCodes(house, [1]);
    await rewriteFiles(house, withoutSecret);
    await using issuer = await house.open();
    const { id } = await issuer.health.orders.place(orderOn(personOf(1)));
    const [green, red] = await actsOf(issuer);
    if (green === undefined || red === undefined) throw new Error('two changes');
    expect(red.to).to.equal('red');
    expect(red.evidence).to.not.equal(evidenceDigest(nodeCrypto, [id], red.salt));
    // The second one has it from the disk.
    await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    const [, , last] = await actsOf(issuer);
    await issuer.close();
    let secret = '';
    await rewriteFiles(house, (file) => {
      secret = String(file['secret']);
      return file;
    });
    const salt = evidenceSalt(nodeCrypto, { secret }, last?.salt ?? '');
    expect(last?.evidence).to.equal(evidenceDigest(nodeCrypto, [id], salt));
  });

  it('waits for one while a ruling may hold, since its digest may have been approved without', async () => {
    await using house = await IssuerHouse.create();
    await greenCodes(house, [1]);
    await rewriteFiles(house, (file) => ({ ...withoutSecret(file), rulings: [WAITING] }));
    await using issuer = await house.open();
    await approve(issuer, [await issuer.health.rule({ subject: personOf(1) }, terms())]);
    await issuer.settle();
    const [, red] = await actsOf(issuer);
    const { evidence, salt = '' } = red?.ruling ?? {};
    expect(evidence).to.equal(evidenceDigest(nodeCrypto, ['OUTBREAK-9'], salt));
    house.nowMs += 25 * HOUR * 1000;
    await issuer.health.issue(codeFor(1));
    const [, , green] = await actsOf(issuer);
    expect(green?.to).to.equal('green');
    expect(green?.evidence).to.not.equal(evidenceDigest(nodeCrypto, [], green?.salt ?? ''));
  });
});

/** Of another scheme, proposed and not approved. */
const WAITING = {
  scheme: 'HK-VP',
  state: 'red',
  ground: 'hcl|place-exposure',
  fromSeconds: NOW,
  untilSeconds: NOW + 24 * HOUR,
  act: 99,
  actLeaf: `0x${'9'.repeat(64)}`,
  proposedBy: `0x${'9'.repeat(40)}`,
  evidence: ['OUTBREAK-8'],
  weighed: [],
  salt: 'AAAAAAAAAAAAAAAAAAAAAA',
};

async function actsOf(issuer: Issuer): Promise<readonly ColourAct[]> {
  return (await issuer.colourActs.after(0, 9)).map(({ bytes }) => parseColourAct(bytes));
}

describe('a health file that our code cannot take', () => {
  it('waits, while the colours of others turn', async () => {
    await using house = await IssuerHouse.create();
    const [own, others] = await greenCodes(house, [1, 2]);
    // Person 1 is the first that got a file.
    await rewriteFiles(house, (file, number) => (number === 1 ? { ...file, orders: null } : file));
    const told: unknown[] = [];
    const log = { ...silentLogger, error: (fields: object) => told.push(fields) };
    await using issuer = await house.open({ ports: { log } });
    await issueAll(issuer, [positive(1), positive(2)]);
    await issuer.settle();
    expect(await listed(issuer, others)).to.equal('superseded');
    expect((await issuer.health.shown({ subject: personOf(2) }))[0]?.state).to.equal('red');
    expect(await listed(issuer, own), 'nothing is known of it').to.equal('valid');
    expect(told[0]).to.deep.include({ code: 'HEALTH_FILE_UNREADABLE' });
    await issuer.close();
    expect(await waiting(house), 'the fact about the first person').to.equal(1);
  });

  it('is followed once it can be taken, though the act on its fact came before', async () => {
    await using house = await IssuerHouse.create();
    let recordId = '';
    {
      await using issuer = await house.open();
      const [row] = await issueAll(issuer, [positive(1)]);
      recordId = row?.recordId ?? '';
      expect((await issuer.health.issue(codeFor(1))).colour.state).to.equal('red');
      await issuer.settle();
    }
    await rewriteFiles(house, (file) => ({ ...file, orders: null }));
    {
      await using issuer = await house.open();
      await act(issuer, { by: 'record', recordId });
      await issuer.settle();
      expect((await issuer.health.shown({ subject: personOf(1) }))[0]?.state).to.equal('red');
    }
    await rewriteFiles(house, (file) => ({ ...file, orders: [] }));
    await using issuer = await house.open();
    await issuer.settle();
    expect((await issuer.health.shown({ subject: personOf(1) }))[0]?.state).to.equal('green');
  });
});

/** The venue codes of these people, green and anchored; the issuer is closed. */
async function greenCodes(house: IssuerHouse, people: readonly number[]): Promise<readonly string[]> {
  await using issuer = await house.open();
  const handles: string[] = [];
  for (const n of people)
    handles.push((await issuer.health.issue(codeFor(n))).issued.credentials[0]?.handle ?? '');
  await issuer.settle();
  return handles;
}

function withoutSecret(file: Record<string, unknown>): object {
  const { secret: _, ...rest } = file;
  return rest;
}

/** Seals what `change` makes of each file in its place, as the release that stored it did. */
async function rewriteFiles(
  house: IssuerHouse,
  change: (file: Record<string, unknown>, number: number) => object,
): Promise<void> {
  const { did, dataFolder } = house.config();
  await using store = await Store.open(join(dataFolder, 'store'));
  const tables = readersOf(store);
  const folder = join(dataFolder, 'epochs');
  const randomBytes = createRandomBytes();
  const ring = await KeyRing.open({ store, tables, folder, did, ...house.secrets, randomBytes });
  const files = await HealthFiles.open({ store, tables, ring, did, log: silentLogger });
  const batch = new WriteBatch();
  for await (const number of files.numbers()) {
    const file = await files.load(number);
    // What is stored is no file of this release: that is the point.
    const changed = change({ ...file }, number) as NonNullable<typeof file>;
    files.put(batch, number, changed);
  }
  await store.commit(batch);
}

async function waiting(house: IssuerHouse): Promise<number> {
  await using store = await Store.open(join(house.config().dataFolder, 'store'));
  let count = 0;
  for await (const _ of store.table(TABLES.healthFacts).entries()) count++;
  return count;
}
