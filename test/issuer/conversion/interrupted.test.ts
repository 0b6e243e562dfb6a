/**
 * Conversions that are interrupted, at every place at which they can be. Each row says how far it had come, what broke,
 * and what must be true afterwards: nothing twice, nothing half-done, both sides count the same.
 */
import { expect } from 'chai';
import { after, beforeEach, describe, it } from 'mocha';
import { isJsonObject } from '../../../core/bytes/strict-json.ts';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import { parseMapping } from '../../../core/conversion/mapping-form.ts';
import type { LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { printFindings, type Finding } from '../../support/findings.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, type Traveller } from './converting-issuers.ts';

function countOf(issuers: ConvertingIssuers, name: LedgerEvent['event']): number {
  return issuers.ledger.blocks.flatMap(({ events }) => events).filter(({ event }) => event === name).length;
}

/** Where each interruption ended, for the table. */
const ends = new Map<string, Finding>();
let row = '';

/** What both sides say of the pair, without waiting for anybody. */
async function books(issuers: ConvertingIssuers): Promise<unknown> {
  const [hk, mo] = [await issuers.at('HK'), await issuers.at('MO')];
  const spent = (await hk.conversion.account.pairs()).find(({ side }) => side === 'spent');
  const acknowledged = (await mo.conversion.account.pairs()).find(({ side }) => side === 'acknowledged');
  const said = {
    spent: spent?.batches.reduce((sum, { values }) => sum + values, 0) ?? 0,
    open: spent?.open ?? 0,
    decided: acknowledged?.decisions ?? { accepted: 0, refused: 0, referred: 0 },
  };
  const { decided, ...source } = said;
  ends.set(row, { interrupted: row, ...source, ...decided });
  return said;
}

/** One of the places. */
function interrupted(place: string, tests: () => void): void {
  describe(place, () => {
    beforeEach(function () {
      row = (this.currentTest?.fullTitle() ?? '').slice(0, LONGEST_TITLE);
    });
    tests();
  });
}

const LONGEST_TITLE = 72;
const REFUSES_ALL = { green: { do: 'refuse' }, amber: { do: 'refuse' }, red: { do: 'refuse' } } as const;
const ONE_ACCEPTED = { spent: 1, open: 0, decided: { accepted: 1, refused: 0, referred: 0 } };

interrupted('F21: interrupted after the target accepted', () => {
  it('goes on after a restart of the target: one code, one acknowledgement', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const decided = await (
      await issuers.at('MO')
    ).conversion.target.admit(issuers.arrival(traveller, carried));
    expect(decided).to.include({ decision: 'accepted' }).and.not.have.property('code');
    await issuers.stop('MO');
    await issuers.settle('MO');
    const again = await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried));
    expect(again).to.include({ decision: 'accepted' }).and.have.property('code');
    await issuers.settle();
    expect(await books(issuers)).to.deep.equal(ONE_ACCEPTED);
    expect(countOf(issuers, 'ConversionsAcknowledged')).to.equal(1);
  });

  for (const side of ['HK', 'MO'] as const) {
    it(`takes a write whose answer was lost at ${side} for what it is, after a restart too`, async () => {
      await using issuers = await ConvertingIssuers.create();
      const traveller = await issuers.traveller('HK');
      const request = issuers.request(traveller, 'MO');
      await (await issuers.at('HK')).conversion.source.convert(request);
      if (side === 'HK') await loseAnswer(issuers, 'HK');
      await issuers.settle('HK');
      const { package: carried } = await (
        await issuers.at('HK')
      ).conversion.source.conversion(request.terms.id);
      if (carried === undefined) throw new Error('not handed over');
      await (await issuers.at('MO')).conversion.pass();
      await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried));
      if (side === 'MO') await loseAnswer(issuers, 'MO');
      await issuers.settle('MO', 'HK');
      expect(await books(issuers)).to.deep.equal(ONE_ACCEPTED);
      expect([
        countOf(issuers, 'NullifiersSpent'),
        countOf(issuers, 'ConversionsAcknowledged'),
      ]).to.deep.equal([1, 1]);
    });
  }

  it('resumes at the source: the consent is on the disk, the rest follows', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const request = issuers.request(traveller, 'MO');
    await (await issuers.at('HK')).conversion.source.convert(request);
    await issuers.stop('HK');
    await issuers.settle('HK');
    const answer = await (await issuers.at('HK')).conversion.source.convert(request);
    expect(answer).to.include({ state: 'ready' });
    expect(countOf(issuers, 'NullifiersSpent')).to.equal(1);
  });
});

interrupted('F22: the target refuses', () => {
  it('what ended on the way: nothing is issued, and the source reports it as open, with its age', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    // The test of 48 hours has run out on the way.
    issuers.ledger.tick(27 * 3600);
    await (await issuers.at('MO')).conversion.pass();
    await expectRejects(
      (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried)),
      'CONVERSION_CODE_NOT_VALID',
    );
    const decided = { accepted: 0, refused: 0, referred: 0 };
    expect(await books(issuers)).to.deep.equal({ spent: 1, open: 1, decided });
    const [pair] = await (await issuers.at('HK')).conversion.account.pairs();
    expect(pair?.oldestOpenSeconds).to.be.at.least(27 * 3600);
  });

  it('by a table that came while it was carried: refused, acknowledged, and no code, however often it is shown', async () => {
    const { all } = defaultMappings();
    const now = all.find(({ id, version }) => id === 'map.hk-mo' && version === 1);
    if (now === undefined || !isJsonObject(now.json)) throw new Error('there is such a mapping');
    const refusing = parseMapping({ ...now.json, version: 9, states: { ...REFUSES_ALL } });
    await using issuers = await ConvertingIssuers.create([...all, refusing]);
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    issuers.ledger.publishMapping(refusing);
    const { conversion } = await issuers.at('MO');
    await conversion.pass();
    const refused = await conversion.target.admit(issuers.arrival(traveller, carried));
    expect(refused)
      .to.include({ decision: 'refused', reason: 'CONVERSION_STATE_NOT_CONVERTIBLE' })
      .and.not.have.property('code');
    await issuers.settle();
    const decided = { accepted: 0, refused: 1, referred: 0 };
    expect(await books(issuers)).to.deep.equal({ spent: 1, open: 0, decided });
    const answer = await (await issuers.at('HK')).conversion.source.conversion(carried.id);
    expect(answer).to.include({ decision: 'refused' });
    expect(await conversion.target.admit(issuers.arrival(traveller, carried))).to.include({
      decision: 'refused',
    });
  });

  it('by an officer: refused, acknowledged, and no code', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, carried } = await referred(issuers);
    const { target } = (await issuers.at('MO')).conversion;
    const [waiting] = await target.referrals();
    const refused = await target.rule(waiting?.number ?? 0, { decision: 'refused', officer: 'O-17' });
    expect(refused)
      .to.include({ decision: 'refused', reason: 'CONVERSION_REFUSED' })
      .and.not.have.property('state');
    await issuers.settle();
    const decided = { accepted: 0, refused: 1, referred: 1 };
    expect(await books(issuers)).to.deep.equal({ spent: 1, open: 0, decided });
    const answer = await (await issuers.at('HK')).conversion.source.conversion(carried.id);
    expect(answer).to.include({ decision: 'refused' });
    expect(await target.admit(issuers.arrival(traveller, carried))).to.include({ decision: 'refused' });
  });
});

interrupted('F23: the consent is withdrawn midway', () => {
  it('before anything was spent: nothing ever is, and nothing is handed over', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const { id } = await source.convert(issuers.request(traveller, 'MO'));
    expect(await issuers.withdraw('HK', traveller, id)).to.include({
      state: 'withdrawn',
      reason: 'CONVERSION_WITHDRAWN',
    });
    await issuers.settle('HK');
    expect(countOf(issuers, 'NullifiersSpent')).to.equal(0);
    expect(await source.conversion(id))
      .to.include({ state: 'withdrawn' })
      .and.not.have.property('package');
    await expectRejects(source.convert(issuers.request(traveller, 'MO')), 'CONVERSION_ALREADY_DONE');
  });

  it('after it was handed over, before it is shown: the target takes it no more', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const fresh = await issuers.traveller('HK');
    await issuers.withdraw('HK', traveller, carried.id);
    await issuers.settle('HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    // With the list it was handed over with, which the ledger no longer vouches for …
    await expectRejects(target.admit(issuers.arrival(traveller, carried)), 'CONVERSION_LIST_OUTDATED');
    // … and with today's.
    const { list } = await issuers.carry(fresh, 'HK', 'MO');
    await expectRejects(
      target.admit(issuers.arrival(traveller, { ...carried, list })),
      'CONVERSION_CODE_NOT_VALID',
    );
  });

  it('after the target accepted: what it decided stands, and both sides say so', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried));
    await issuers.settle();
    const answer = await issuers.withdraw('HK', traveller, carried.id);
    expect(answer).to.include({ state: 'withdrawn', decision: 'accepted' });
    await issuers.settle();
    expect(await books(issuers)).to.deep.equal(ONE_ACCEPTED);
  });

  it('while the source reads the answer: neither is lost', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried));
    await issuers.settle('MO');
    await Promise.all([issuers.settle('HK'), issuers.withdraw('HK', traveller, carried.id)]);
    await issuers.settle('HK');
    const answer = await (await issuers.at('HK')).conversion.source.conversion(carried.id);
    expect(answer).to.include({ state: 'withdrawn', decision: 'accepted' });
  });

  it('under a legal hold: withdrawn at once, erased and revoked when the hold is lifted, and nobody waits for it', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { conversion, privacy } = await issuers.at('HK');
    const [held, other] = [await issuers.traveller('HK'), await issuers.traveller('HK')];
    const carried = await issuers.carry(held, 'HK', 'MO');
    const another = await issuers.carry(other, 'HK', 'MO');
    const [recordId = ''] = await conversion.source.madeOf([held.statusRecordId]);
    const hold = { reason: 'litigation', legalBasis: 'HCA 17/2022', placedBy: 'OP-3' } as const;
    await privacy.hold(recordId, hold);
    expect(await issuers.withdraw('HK', held, carried.id)).to.include({ state: 'withdrawn' });
    expect(await issuers.withdraw('HK', other, another.id)).to.include({ state: 'withdrawn' });
    await conversion.pass();
    const erased = async () => (await conversion.source.open()).map(({ isErased }) => isErased);
    expect(await erased(), 'the other one is').to.deep.equal([false, true]);
    await privacy.lift(recordId, 1, 'OP-3');
    issuers.ledger.tick(31);
    await conversion.pass();
    expect(await erased()).to.deep.equal([true, true]);
  });

  it('is nobody else’s to withdraw', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const other = await issuers.traveller('HK');
    const { id } = await (await issuers.at('HK')).conversion.source.convert(issuers.request(traveller, 'MO'));
    await expectRejects(issuers.withdraw('HK', other, id), 'CONVERSION_WRONG_HOLDER');
    await expectRejects(issuers.withdraw('HK', traveller, 'ab'.repeat(16)), 'CONVERSION_NOT_FOUND');
  });
});

interrupted('F24: the foreign node is down', () => {
  it('keeps the source going, and the holder comes back later', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    await issuers.at('MO');
    issuers.ledger.down.add('MO-SSM');
    const request = issuers.request(traveller, 'MO');
    const { source } = (await issuers.at('HK')).conversion;
    await source.convert(request);
    await issuers.settle('HK');
    const { package: carried } = await source.conversion(request.terms.id);
    if (carried === undefined) throw new Error('not handed over');
    const { target } = (await issuers.at('MO')).conversion;
    // What it knows of the ledger is from before: it decides nothing, and says so.
    await expectRejects(target.admit(issuers.arrival(traveller, carried)), 'CONVERSION_CODE_UNCONFIRMED');
    const [open] = await source.open();
    expect(open?.ageSeconds).to.be.greaterThan(0);
    issuers.ledger.down.clear();
    await (await issuers.at('MO')).conversion.pass();
    expect(await target.admit(issuers.arrival(traveller, carried))).to.include({ decision: 'accepted' });
    await issuers.settle();
    expect(await books(issuers)).to.deep.equal(ONE_ACCEPTED);
  });
});

interrupted('F25: the ledger is halted', () => {
  after(() =>
    printFindings('conversions, interrupted: what both sides count in the end', [...ends.values()]),
  );

  it('keeps consents, hands nothing over, and catches up', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    issuers.ledger.isHalted = true;
    const request = issuers.request(traveller, 'MO');
    const hk = await issuers.at('HK');
    expect(await hk.conversion.source.convert(request)).to.include({ state: 'under-way' });
    await rejected(hk.conversion.pass());
    await issuers.stop('HK');
    issuers.ledger.isHalted = false;
    await issuers.settle('HK');
    expect(await (await issuers.at('HK')).conversion.source.convert(request)).to.include({ state: 'ready' });
    expect(countOf(issuers, 'NullifiersSpent')).to.equal(1);
  });

  it('decides nothing on what is known of a ledger that stands still', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    issuers.ledger.isHalted = true;
    issuers.ledger.nowSeconds += 1800;
    const { target } = (await issuers.at('MO')).conversion;
    await expectRejects(target.admit(issuers.arrival(traveller, carried)), 'CONVERSION_CODE_UNCONFIRMED');
    issuers.ledger.isHalted = false;
    issuers.ledger.tick();
    await (await issuers.at('MO')).conversion.pass();
    expect(await target.admit(issuers.arrival(traveller, carried))).to.include({ decision: 'accepted' });
  });

  it('answers the holder though the acknowledgement has to wait', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    issuers.ledger.isHalted = true;
    const mo = await issuers.at('MO');
    expect(await mo.conversion.target.admit(issuers.arrival(traveller, carried))).to.include({
      decision: 'accepted',
    });
    await rejected(mo.conversion.pass());
    await issuers.stop('MO');
    issuers.ledger.isHalted = false;
    await issuers.settle('MO', 'HK');
    expect(await books(issuers)).to.deep.equal(ONE_ACCEPTED);
  });
});

/** The write happens, its sender does not hear of it, and the process ends. */
async function loseAnswer(issuers: ConvertingIssuers, place: 'HK' | 'MO'): Promise<void> {
  const issuer = await issuers.at(place);
  await issuer.settle();
  issuers.ledger.lostAnswers = 1;
  await rejected(issuer.conversion.pass());
  await issuers.stop(place);
}

async function rejected(failing: Promise<unknown>): Promise<void> {
  const failed = await failing.then(
    () => false,
    () => true,
  );
  expect(failed, 'the ledger rejects').to.equal(true);
}

/** A person of Hong Kong whom Macao itself has under an order: no table decides. */
async function referred(issuers: ConvertingIssuers): Promise<{
  readonly traveller: Traveller;
  readonly carried: Awaited<ReturnType<ConvertingIssuers['carry']>>;
}> {
  const traveller = await issuers.traveller('HK');
  await issuers.traveller('MO', {
    subject: traveller.subject,
    order: { kind: 'quarantine', ground: 'hcl|under-order' },
  });
  const carried = await issuers.carry(traveller, 'HK', 'MO');
  const { target } = (await issuers.at('MO')).conversion;
  expect(await target.admit(issuers.arrival(traveller, carried))).to.include({ decision: 'referred' });
  return { traveller, carried };
}
