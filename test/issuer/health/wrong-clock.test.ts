/** An issuer whose clock was wrong by a day gives nobody a colour for longer than that, and ends what it gave. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { act, approve } from '../support/two-people.ts';
import { HOUR, LAST_SECOND, listed, NOW, orderOn, personOf, positive, terms } from './support.ts';

const CODE = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;
const DAY_MS = 24 * HOUR * 1000;
const AT_SIX = { fromSeconds: NOW + HOUR, untilSeconds: NOW + 3 * HOUR };

/** The handle of a code that is issued. */
async function codeOf(issuer: Issuer): Promise<string> {
  const { issued } = await issuer.health.issue(CODE);
  await issuer.settle();
  return issued.credentials[0]?.handle ?? '';
}

async function stateOf(issuer: Issuer): Promise<string | undefined> {
  return (await issuer.health.shown(CODE.person))[0]?.state;
}

async function expectRejectsWith(work: Promise<void>, message: string): Promise<void> {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => String(error),
  );
  expect(problem).to.include(message);
}

describe('a clock that was a day ahead and is set right', () => {
  it('still turns a colour by an order that begins and ends today, also after a restart', async () => {
    for (const isRestarted of [false, true]) {
      await using house = await IssuerHouse.create();
      let green = '';
      {
        await using issuer = await house.open();
        green = await codeOf(issuer);
        await issuer.health.orders.place(orderOn(personOf(1), AT_SIX));
        house.nowMs += DAY_MS;
        await issuer.settle();
        house.nowMs -= DAY_MS;
        if (!isRestarted) await issuer.settle();
      }
      await using issuer = await house.open();
      await issuer.settle();
      expect(await listed(issuer, green), 'it has not begun').to.equal('valid');
      house.nowMs += HOUR * 1000;
      await issuer.settle();
      expect(await stateOf(issuer)).to.equal('red');
      expect(await listed(issuer, green)).to.equal('superseded');
    }
  });

  it('still ends the code that had seemed to be over', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await codeOf(issuer);
    house.nowMs += DAY_MS;
    const early = await codeOf(issuer);
    house.nowMs -= DAY_MS;
    await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.settle();
    for (const code of [green, early]) expect(await listed(issuer, code)).to.equal('superseded');
  });

  it('still turns a colour by a fact that counted again under it, once the code that had seemed to be over is held', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [positive(1)]);
    await issuer.settle();
    const revoked = await act(issuer, { by: 'record', recordId: row?.recordId ?? '' });
    await issuer.settle();
    const green = await codeOf(issuer);
    await act(issuer, { by: 'act', act: revoked.id }, { kind: 'stay', reason: 'court-order' });
    house.nowMs += DAY_MS;
    await issuer.settle();
    house.nowMs -= DAY_MS;
    await issuer.settle();
    expect(await stateOf(issuer)).to.equal('red');
    expect(await listed(issuer, green)).to.equal('superseded');
  });
});

describe('a clock that was forty days ahead', () => {
  it('destroys no file with an order that still runs, neither by time nor with the last record', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [test] = await issueAll(issuer, [labTest(1)]);
    await issuer.settle();
    await issuer.health.orders.place(orderOn(personOf(1)));
    house.nowMs += 40 * DAY_MS;
    await issueAll(issuer, [labTest(2)]);
    await issuer.settle();
    await issuer.settle();
    await issuer.privacy.erase(test?.recordId ?? '', 'subject-request');
    house.nowMs -= 40 * DAY_MS;
    expect((await issuer.health.issue(CODE)).colour.state).to.equal('red');
  });
});

describe('a clock that was a day behind', () => {
  it('gives no code for longer than its own day, and turns it as soon as it is set right', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    house.nowMs -= DAY_MS;
    await issuer.health.orders.place(orderOn(personOf(1)));
    const { colour, issued } = await issuer.health.issue(CODE);
    expect(colour).to.include({ state: 'green', validUntilSeconds: LAST_SECOND - 24 * HOUR });
    // The ledger takes no list of such a clock.
    await expectRejectsWith(issuer.settle(), 'StatusAnchorNextUpdateNotAhead');
    house.nowMs += DAY_MS + HOUR * 1000;
    await issuer.settle();
    expect((await issuer.health.issue(CODE)).colour.state).to.equal('red');
    await issuer.settle();
    expect(await listed(issuer, issued.credentials[0]?.handle)).to.equal('superseded');
  });
});

describe('midnight in Hong Kong', () => {
  it('ends the code of the day before when a ruling ends then that was better than an order', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeOf(issuer);
    await issuer.health.orders.place(orderOn(personOf(1)));
    const ruling = { state: 'green', ground: 'hcl|court-or-appeal', untilSeconds: LAST_SECOND + 1 } as const;
    await approve(issuer, [await issuer.health.rule(CODE.person, terms(ruling))]);
    await issuer.settle();
    const green = await codeOf(issuer);
    expect(await stateOf(issuer)).to.equal('green');
    house.nowMs = (LAST_SECOND + 1) * 1000;
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('superseded');
    expect(await stateOf(issuer)).to.equal('red');
  });

  it('ends the code of the day before when an order begins then: verifiers forgive clocks', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await codeOf(issuer);
    await issuer.health.orders.place(orderOn(personOf(1), { fromSeconds: LAST_SECOND + 1 }));
    house.nowMs = LAST_SECOND * 1000;
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('valid');
    house.nowMs += 1_000;
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('superseded');
    expect((await issuer.health.issue(CODE)).colour.state).to.equal('red');
  });
});
