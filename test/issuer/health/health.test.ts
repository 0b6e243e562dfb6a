/** Orders, facts and rulings turn colours; every turn is recorded, anchored, and ends the codes of the colour before. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { P256Jwk } from '../../../core/credential/key.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { parseColourAct, type ColourAct } from '../../../core/health/colour-act.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { IssuedStatus } from '../../../issuer/health/recolour.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { addressOfKey } from '../../../ledger/identifiers.ts';
import { makeHolder } from '../../support/holder.ts';
import { declarationRecord } from '../../support/sample-records.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { APPROVER_KEYS } from '../support/memory-ledger.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { approve } from '../support/two-people.ts';
import { HOUR, LAST_SECOND, listed, NOW, orderOn, personOf, positive, terms } from './support.ts';

async function codeFor(issuer: Issuer, n: number): Promise<IssuedStatus> {
  return await issuer.health.issue({ person: { subject: personOf(n) }, scheme: 'HK-HC' });
}

async function changesOf(issuer: Issuer): Promise<readonly ColourAct[]> {
  return (await issuer.colourActs.after(0, 1000)).map(({ bytes }) => parseColourAct(bytes));
}

const RELEASE = { releasedBy: 'HO-18', enteredBy: 'OP-4' };

const venueOf = ({ issued }: IssuedStatus): string => issued.credentials[0]?.handle ?? '';

describe('a health code', () => {
  it('is green until the end of the day, bound to its holder, and says by which rule', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const holder = makeHolder();
    const person = { subject: personOf(1) };
    const { issued, colour } = await issuer.health.issue({ person, scheme: 'HK-HC', holderKey: holder.jwk });
    expect(colour).to.include({ state: 'green', validUntilSeconds: LAST_SECOND });
    await issuer.settle();
    const travel = issued.credentials[1]?.handle ?? '';
    const claims = parseClaims(decodeCode(await issuer.code(travel)).payloadBytes);
    expect(claims).to.deep.include({ exp: LAST_SECOND + 1, cnf: { jwk: holder.jwk } });
    expect(claims.facts).to.deep.equal({
      scheme: 'HK-HC',
      state: 'green',
      ruleId: 'hk.hc',
      ruleVersion: 1,
      since: '2022-12-21T16:30:00+08:00',
      country: 'HK',
    });
    expect(await changesOf(issuer)).to.have.length(1);
  });

  it('is the same code when it is asked for again, and another one the next day', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const first = await codeFor(issuer, 1);
    const again = await codeFor(issuer, 1);
    expect(again.issued).to.deep.include({ recordId: first.issued.recordId, duplicate: true });
    house.nowMs += 12 * HOUR * 1000;
    const tomorrow = await codeFor(issuer, 1);
    expect(tomorrow.issued.recordId).to.not.equal(first.issued.recordId);
    expect(tomorrow.change, 'no change of the colour').to.equal(first.change);
    expect(await changesOf(issuer)).to.have.length(1);
  });

  it('turns red with an order, at once, and the green one ends in the lists', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await codeFor(issuer, 1);
    house.nowMs += 60_000;
    await issuer.health.orders.place(orderOn(personOf(1), { fromSeconds: NOW + 60 }));
    const [shown] = await issuer.health.shown({ subject: personOf(1) });
    expect(shown).to.include({ state: 'red', ground: 'hcl|under-order', sinceSeconds: NOW + 60 });
    await issuer.settle();
    expect(await listed(issuer, venueOf(green))).to.equal('superseded');
    const red = await codeFor(issuer, 1);
    await issuer.settle();
    expect(await listed(issuer, venueOf(red))).to.equal('valid');
    const [, change] = await changesOf(issuer);
    expect(change).to.deep.include({ from: 'green', to: 'red', ruleVersion: 1, actor: 'rule', at: NOW + 60 });
    const [first, second] = (await issuer.colourActs.after(0, 9)).map(({ bytes }) => parseColourAct(bytes));
    expect(first?.subject).to.equal(second?.subject);
  });

  it('turns back when the order is released, and when it ends', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, 1);
    const { id } = await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.health.orders.release(id, RELEASE);
    expect((await codeFor(issuer, 1)).colour.state).to.equal('green');
    await expectRejects(() => issuer.health.orders.release(id, RELEASE), 'ORDER_ENDED');
    await issuer.health.orders.place(orderOn(personOf(1), { reference: 'QO-2', untilSeconds: NOW + HOUR }));
    const red = await codeFor(issuer, 1);
    expect(red.colour).to.include({ state: 'red', validUntilSeconds: NOW + HOUR - 1 });
    house.nowMs += HOUR * 1000;
    expect((await codeFor(issuer, 1)).colour.state).to.equal('green');
    expect((await changesOf(issuer)).map(({ to }) => to)).to.deep.equal([
      'green',
      'red',
      'green',
      'red',
      'green',
    ]);
  });

  it('turns with a positive test and with a declaration, by the next pass', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const codes = [await codeFor(issuer, 1), await codeFor(issuer, 2), await codeFor(issuer, 3)];
    const sick = { ...declarationRecord({ contact: 'hcl|no' }), subject: personOf(2) };
    await issueAll(issuer, [positive(1), sick, labTest(3)]);
    await issuer.settle();
    const values = await Promise.all(codes.map((code) => listed(issuer, venueOf(code))));
    expect(values).to.deep.equal(['superseded', 'superseded', 'valid']);
    const grounds = await Promise.all(
      [1, 2, 3].map(async (n) => (await issuer.health.shown({ subject: personOf(n) }))[0]?.ground),
    );
    expect(grounds).to.deep.equal(['hcl|case', 'hcl|declared-symptom', undefined]);
  });

  it('finds the person by a linked document too', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const linked = [{ docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' }] as const;
    await issuer.health.issue({ person: { subject: { ...personOf(1), linked } }, scheme: 'HK-HC' });
    const [document] = linked;
    expect(await issuer.health.shown({ document })).to.have.length(1);
    await expectRejects(
      () => issuer.health.shown({ document: { ...document, docNumber: 'H00000000' } }),
      'HEALTH_PERSON_UNKNOWN',
    );
  });

  it('is of the schemes of its jurisdiction and of policies in force alone', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const person = { subject: personOf(1) };
    await expectRejects(() => issuer.health.issue({ person, scheme: 'MO' }), 'HEALTH_SCHEME_ELSEWHERE');
    await expectRejects(() => issuer.health.issue({ person, scheme: 'HK-VP' }), 'HEALTH_POLICY_NOT_IN_FORCE');
    const expected = { person, scheme: 'HK-HC', expected: 'red' } as const;
    await expectRejects(() => issuer.health.issue(expected), 'HEALTH_COLOUR_DIFFERS');
    expect(await changesOf(issuer)).to.deep.equal([]);
  });

  it('ends when its asker says, and is on the disk together with what belongs to it, or neither is', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const asked = { person: { subject: personOf(1) }, scheme: 'HK-HC', untilSeconds: NOW + HOUR } as const;
    const beside: (readonly (string | undefined)[])[] = [];
    const addTo = (_: unknown, recordIds: readonly (string | undefined)[]): unknown => beside.push(recordIds);
    const { issued } = await issuer.health.issue({ ...asked, addTo });
    expect(beside).to.deep.equal([[issued.recordId]]);
    await issuer.settle();
    const code = await issuer.code(issued.credentials[0]?.handle ?? '');
    expect(parseClaims(decodeCode(code).payloadBytes).exp).to.equal(NOW + HOUR + 1);
    const over = { ...asked, untilSeconds: NOW - 1, addTo };
    await expectRejects(() => issuer.health.issue(over), 'HEALTH_CODE_ENDED');
    const red = { ...asked, expected: 'red', addTo } as const;
    await expectRejects(() => issuer.health.issue(red), 'HEALTH_COLOUR_DIFFERS');
    expect(beside).to.have.length(1);
  });

  it('survives a restart: the same person, the same colour, the same change', async () => {
    await using house = await IssuerHouse.create();
    let change = '';
    {
      await using issuer = await house.open();
      await codeFor(issuer, 1);
      await issuer.health.orders.place(orderOn(personOf(1)));
      ({ change } = await codeFor(issuer, 1));
    }
    await using issuer = await house.open();
    expect(await codeFor(issuer, 1)).to.deep.include({ change });
    await issuer.settle();
    expect(await changesOf(issuer)).to.have.length(2);
  });
});

describe('an order', () => {
  it('is entered once under its number, and by another person than makes it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const first = await issuer.health.orders.place(orderOn(personOf(1)));
    expect(await issuer.health.orders.place(orderOn(personOf(1)))).to.deep.equal(first);
    for (const changes of [
      { enteredBy: 'HO-17' },
      { enteredBy: ' ho-17 ' },
      { ground: 'hcl|whim' },
      { untilSeconds: NOW },
      { untilSeconds: NOW + 367 * 24 * HOUR },
    ]) {
      await expectRejects(() => issuer.health.orders.place(orderOn(personOf(1), changes)), 'ORDER_INVALID');
    }
    await expectRejects(() => issuer.health.orders.release('A'.repeat(22), RELEASE), 'ORDER_NOT_FOUND');
  });
});

describe('an order of a known number', () => {
  it('with other terms, or after its release, is refused and never dropped', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const placed = await issuer.health.orders.place(orderOn(personOf(1)));
    const longer = orderOn(personOf(1), { untilSeconds: NOW + 14 * 24 * HOUR });
    await expectRejects(() => issuer.health.orders.place(longer), 'ORDER_DIFFERS');
    await issuer.health.orders.release(placed.id, RELEASE);
    await expectRejects(() => issuer.health.orders.place(orderOn(personOf(1))), 'ORDER_DIFFERS');
    await issuer.health.orders.place(orderOn(personOf(1), { reference: 'QO-2' }));
    expect((await codeFor(issuer, 1)).colour.state).to.equal('red');
  });
});

describe('a code that was given before', () => {
  it('ends when an order begins that was entered for later, also after a restart', async () => {
    await using house = await IssuerHouse.create();
    let green = '';
    {
      await using issuer = await house.open();
      green = venueOf(await codeFor(issuer, 1));
      await issuer.settle();
      await issuer.health.orders.place(orderOn(personOf(1), { fromSeconds: NOW + HOUR }));
      await issuer.settle();
      expect(await listed(issuer, green)).to.equal('valid');
      expect(issuer.health.nextDueMs).to.equal((NOW + HOUR) * 1000);
    }
    await using issuer = await house.open();
    house.nowMs += HOUR * 1000;
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('superseded');
    expect((await issuer.health.shown({ subject: personOf(1) }))[0]?.state).to.equal('red');
  });

  it('ends when a result that was taken in early comes into its window', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = venueOf(await codeFor(issuer, 1));
    await issueAll(issuer, [positive(1, '2022-12-21T16:34:00+08:00')]);
    await issuer.settle();
    house.nowMs += HOUR * 1000;
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('superseded');
  });

  it('ends when the facts become too vague to say a colour', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = venueOf(await codeFor(issuer, 1));
    await issuer.settle();
    // More than a policy is asked about at once.
    for (let n = 0; n < 65; n++) {
      const surveyed = { kind: 'medical-surveillance', ground: 'hcl|inbound-surveillance' } as const;
      await issuer.health.orders.place(
        orderOn(personOf(1), { ...surveyed, fromSeconds: NOW + 60, reference: `MS-${n}` }),
      );
    }
    house.nowMs += 60_000;
    await issuer.settle();
    await expectRejects(() => codeFor(issuer, 1), 'HEALTH_UNDECIDED');
    expect(await listed(issuer, green)).to.equal('superseded');
  });

  it('is not bettered by a flood of good results after a bad one', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [positive(1, '2022-12-21T10:00:00+08:00')]);
    const red = await codeFor(issuer, 1);
    expect(red.colour.state).to.equal('red');
    const flood = Array.from({ length: 48 }, (_, i) => {
      const collectedAt = `2022-12-21T11:${String(i).padStart(2, '0')}:00+08:00`;
      return { ...labTest(1), collectedAt };
    });
    await issueAll(issuer, flood);
    await issuer.settle();
    await expectRejects(() => codeFor(issuer, 1), 'HEALTH_UNDECIDED');
  });

  it('is due to be ended at once, whatever the window of its batch is', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, 1);
    await issuer.settle();
    await issuer.health.orders.place(orderOn(personOf(1)));
    expect(issuer.health.nextDueMs).to.equal(0);
    await issuer.settle();
    expect(issuer.health.nextDueMs, 'nothing is to come before the end of the day').to.equal(Infinity);
  });
});

describe('codes of one colour', () => {
  it('all end when it turns, and no more are given than can be ended', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const holderKeys = Array.from({ length: 65 }, () => makeHolder().jwk);
    const ask = (holderKey: P256Jwk): Promise<IssuedStatus> =>
      issuer.health.issue({ person: { subject: personOf(1) }, scheme: 'HK-HC', holderKey });
    const codes = [];
    for (const key of holderKeys.slice(0, 64)) codes.push(await ask(key));
    for (const key of holderKeys.slice(64)) await expectRejects(() => ask(key), 'HEALTH_CODES_TOO_MANY');
    await issuer.settle();
    house.nowMs += 60_000;
    await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.settle();
    const values = await Promise.all(codes.map((code) => listed(issuer, venueOf(code))));
    expect(new Set(values)).to.deep.equal(new Set(['superseded']));
  });
});

describe('a ruling', () => {
  it('did not weigh an order that was entered after it, whenever that began', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const appeal = terms({ state: 'green', ground: 'hcl|court-or-appeal' });
    await approve(issuer, [await issuer.health.rule({ subject: personOf(1) }, appeal)]);
    await issuer.settle();
    house.nowMs += HOUR * 1000;
    await issuer.health.orders.place(orderOn(personOf(1), { fromSeconds: NOW - 60 }));
    expect((await codeFor(issuer, 1)).colour).to.include({ state: 'red', ground: 'hcl|under-order' });
  });

  it('did not weigh a result that was taken in after it, whenever the sample was taken', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, 1);
    const appeal = terms({ state: 'green', ground: 'hcl|court-or-appeal' });
    await approve(issuer, [await issuer.health.rule({ subject: personOf(1) }, appeal)]);
    await issuer.settle();
    house.nowMs += HOUR * 1000;
    await issueAll(issuer, [positive(1)]);
    await issuer.settle();
    expect((await codeFor(issuer, 1)).colour).to.include({ state: 'red', ground: 'hcl|case' });
  });

  it('changes nothing until two people have approved it, and then says who', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await codeFor(issuer, 1);
    const act = await issuer.health.rule({ subject: personOf(1) }, terms());
    await issuer.settle();
    expect((await codeFor(issuer, 1)).colour.state).to.equal('green');
    expect((await issuer.acts.show(act)).act.notice.en).to.equal(
      'Hong Kong Health Code: Red (Exposure at a place)',
    );
    await approve(issuer, [act]);
    await issuer.settle();
    expect(await listed(issuer, venueOf(green))).to.equal('superseded');
    const [shown] = await issuer.health.shown({ subject: personOf(1) });
    expect(shown).to.include({ state: 'red', ground: 'hcl|place-exposure' });
    const change = (await changesOf(issuer)).at(-1);
    const approvers = APPROVER_KEYS.map(addressOfKey);
    expect(change).to.deep.include({ from: 'green', to: 'red', actor: approvers[0], approvers });
    expect(change?.act?.slice(2, 34)).to.equal(act);
  });

  it('that is withdrawn never holds', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await codeFor(issuer, 1);
    await issuer.acts.withdraw(await issuer.health.rule({ subject: personOf(1) }, terms()));
    await issuer.settle();
    expect((await codeFor(issuer, 1)).colour.state).to.equal('green');
    expect(await changesOf(issuer)).to.have.length(1);
  });

  it('of an appeal betters the colour for a while, and a later fact worsens it again', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(personOf(1), { fromSeconds: NOW - HOUR }));
    expect((await codeFor(issuer, 1)).colour.state).to.equal('red');
    const appeal = terms({ state: 'green', ground: 'hcl|court-or-appeal', untilSeconds: NOW + 3 * HOUR });
    await approve(issuer, [await issuer.health.rule({ subject: personOf(1) }, appeal)]);
    await issuer.settle();
    expect((await codeFor(issuer, 1)).colour).to.include({ state: 'green', ground: 'hcl|court-or-appeal' });
    house.nowMs += HOUR * 1000;
    await issueAll(issuer, [positive(1, '2022-12-21T17:00:00+08:00')]);
    await issuer.settle();
    expect((await codeFor(issuer, 1)).colour).to.include({ state: 'red', ground: 'hcl|case' });
  });

  it('says a colour of its scheme, a ground, evidence and an end', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    for (const changes of [
      { state: 'yellow' },
      { ground: 'hcl|whim' },
      { evidence: [] },
      { untilSeconds: NOW },
      { untilSeconds: NOW + 31 * 24 * HOUR },
    ] as const) {
      const person = { subject: personOf(1) };
      await expectRejects(() => issuer.health.rule(person, terms(changes)), 'HEALTH_RULING_INVALID');
    }
  });
});
