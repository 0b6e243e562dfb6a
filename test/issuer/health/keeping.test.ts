/** Health files over the end of an epoch, over time, and under many requests at once. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { isByHand, parseColourAct } from '../../../core/health/colour-act.ts';
import type { Subject } from '../../../core/record/record.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { TABLES } from '../../../issuer/store.ts';
import { Store } from '../../../service/store.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { HOUR, listed, NOW, orderOn, personOf, positive, terms } from './support.ts';

const DAY_MS = 86_400_000;
const { docType, docIssuer, docNumber } = personOf(1);
const document = { docType, docIssuer, docNumber };
const asked = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;

/** Whether the person has a health file. */
async function isHeld(issuer: Issuer, subject: Subject): Promise<boolean> {
  const { docType: kind, docIssuer: by, docNumber: number } = subject;
  const named = { docType: kind, docIssuer: by, docNumber: number };
  const { health } = await issuer.privacy.report({ document: named }, 'subject-access');
  return health.length > 0;
}

/** So many days pass, on the ledger too. */
async function goOn(house: IssuerHouse, issuer: Issuer, days: number): Promise<void> {
  house.nowMs += days * DAY_MS;
  house.ledger.timeSeconds += days * 24 * HOUR;
  await issueAll(issuer, [labTest(1_000 + days)]);
  await issuer.settle();
  await issuer.settle();
}

describe('a health file', () => {
  it('lives on under the next epoch, and is found by its document there', async () => {
    await using house = await IssuerHouse.create();
    {
      await using issuer = await house.open();
      await issuer.health.issue(asked);
      await issuer.health.orders.place(orderOn(personOf(1)));
      const [other] = await issueAll(issuer, [labTest(7)]);
      await issuer.privacy.erase(other?.recordId ?? '', 'subject-request');
      await issuer.privacy.pass({ force: true });
      expect((await issuer.privacy.erasure(other?.recordId ?? '')).stage, 'the epoch has ended').to.equal(
        'dead',
      );
      expect(await issuer.health.shown({ document })).to.have.nested.property('[0].state', 'red');
    }
    await using issuer = await house.open();
    expect((await issuer.health.issue(asked)).colour.state).to.equal('red');
    expect(await issuer.colourActs.after(0, 9)).to.have.length(2);
  });

  it('ends the codes of the former colour, and follows new facts, after a restart too', async () => {
    await using house = await IssuerHouse.create();
    const handles: string[] = [];
    {
      await using issuer = await house.open();
      for (const n of [1, 2]) {
        const { issued } = await issuer.health.issue({ ...asked, person: { subject: personOf(n) } });
        handles.push(issued.credentials[0]?.handle ?? '');
      }
      await issuer.settle();
      // No pass comes after these.
      await issuer.health.orders.place(orderOn(personOf(1)));
      await issueAll(issuer, [positive(2)]);
    }
    await using issuer = await house.open();
    await issuer.settle();
    const values = await Promise.all(handles.map((handle) => listed(issuer, handle)));
    expect(values).to.deep.equal(['superseded', 'superseded']);
  });

  it('is destroyed a month after it was last needed, and no sooner', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.issue(asked);
    await issuer.health.orders.place(orderOn(personOf(1), { untilSeconds: NOW + 24 * HOUR }));
    await issuer.settle();
    await goOn(house, issuer, 31);
    expect(await issuer.health.shown({ document })).to.have.length(1);
    await goOn(house, issuer, 2);
    await expectRejects(() => issuer.health.shown({ document }), 'HEALTH_PERSON_UNKNOWN');
    expect(await issuer.colourActs.after(0, 9), 'of nobody any more').to.have.length(2);
  });

  it('ends at once with the last record that a person has erased, codes are records too', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [test] = await issueAll(issuer, [labTest(1)]);
    const { issued } = await issuer.health.issue(asked);
    const { id } = await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    await issuer.privacy.erase(test?.recordId ?? '', 'subject-request');
    expect(await issuer.health.shown({ document }), 'a code is left').to.have.length(1);
    await issuer.privacy.erase(issued.recordId, 'subject-request');
    await expectRejects(() => issuer.health.shown({ document }), 'HEALTH_PERSON_UNKNOWN');
    await issuer.settle();
    await issuer.close();
    const path = join(house.folder, 'issuer', 'store');
    await using store = await Store.open(path);
    for (const table of [TABLES.healthFiles, TABLES.healthNames, TABLES.healthOrders])
      expect(await store.table(table).first()).to.equal(undefined);
  });

  it('is kept past the last record for an order, a ruling or a record on which a legal hold stands', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = await issueAll(issuer, [1, 2, 3, 4].map(labTest));
    await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.health.rule({ subject: personOf(2) }, terms());
    for (const n of [3, 4]) {
      const { id } = await issuer.health.orders.place(orderOn(personOf(n)));
      await issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    }
    const hold = { reason: 'litigation', legalBasis: 'HCA 17/2022', placedBy: 'OP-3' } as const;
    await issuer.privacy.hold(rows[2]?.recordId ?? '', hold);
    const erase = (n: number): Promise<unknown> =>
      issuer.privacy.erase(rows[n]?.recordId ?? '', 'subject-request');
    await Promise.all([erase(0), erase(1), erase(3)]);
    await expectRejects(() => erase(2), 'RECORD_HELD');
    const held = await Promise.all([1, 2, 3, 4].map((n) => isHeld(issuer, personOf(n))));
    expect(held).to.deep.equal([true, true, true, false]);
  });

  it('has one change when a hundred ask for its code at once while an order comes in', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.issue(asked);
    const asking = Array.from({ length: 100 }, () => issuer.health.issue(asked));
    const [answers] = await Promise.all([
      Promise.all(asking),
      issuer.health.orders.place(orderOn(personOf(1))),
    ]);
    const acts = (await issuer.colourActs.after(0, 1000)).map(({ bytes }) => parseColourAct(bytes));
    expect(acts.map(({ from, to }) => [from, to])).to.deep.equal([
      [undefined, 'green'],
      ['green', 'red'],
    ]);
    expect(acts.filter(isByHand)).to.deep.equal([]);
    const codes = new Set(answers.map(({ issued, colour }) => `${colour.state} ${issued.recordId}`));
    expect([...codes].filter((code) => code.startsWith('green'))).to.have.length.at.most(1);
    await issuer.settle();
    expect((await issuer.health.issue(asked)).colour.state).to.equal('red');
  });

  it('is told to its person in the report of what is held', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.issue(asked);
    await issuer.health.orders.place(orderOn(personOf(1)));
    const {
      health: [health],
    } = await issuer.privacy.report({ document }, 'subject-access');
    expect(health?.orders).to.have.length(1);
    expect(health?.orders[0]).to.deep.include({ reference: 'QO-2022-0042', ground: 'hcl|under-order' });
    expect(health?.orders[0], 'the officers’ numbers are theirs').to.not.have.any.keys(
      'orderedBy',
      'enteredBy',
    );
    expect(health?.colours['HK-HC']).to.include({ state: 'red', ruleVersion: 1 });
    const { health: none } = await issuer.privacy.report(
      { document: { ...document, docNumber: 'K99999999' } },
      'subject-access',
    );
    expect(none).to.deep.equal([]);
  });
});
