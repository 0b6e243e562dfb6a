/** What an issuer shows auditors of its conversions: which acknowledgement answers which nullifier, and nothing of a person. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { PairAccount } from '../../../issuer/conversion/account.ts';
import { ConvertingIssuers, type Place } from './converting-issuers.ts';

async function accountOf(
  issuers: ConvertingIssuers,
  place: Place,
  side: PairAccount['side'],
): Promise<PairAccount | undefined> {
  const pairs = await (await issuers.at(place)).conversion.account.pairs();
  return pairs.find((pair) => pair.side === side);
}

describe('the account of conversions', () => {
  it('has all words of the target on a referral, of the source the last one that it read', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const order = { kind: 'quarantine', ground: 'hcl|under-order' } as const;
    await issuers.traveller('MO', { subject: traveller.subject, order });
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    await target.admit(issuers.arrival(traveller, carried));
    await issuers.settle();
    const [referred] = (await accountOf(issuers, 'MO', 'acknowledged'))?.answers ?? [];
    expect((await accountOf(issuers, 'HK', 'spent'))?.answers).to.deep.equal([referred]);
    const [waiting] = await target.referrals();
    await target.rule(waiting?.number ?? 0, { decision: 'refused', officer: 'O-17' });
    await issuers.settle();
    const { answers = [], decisions } = (await accountOf(issuers, 'MO', 'acknowledged')) ?? {};
    expect(decisions).to.deep.equal({ accepted: 0, refused: 1, referred: 1 });
    expect(new Set(answers.map(({ nullifier }) => nullifier)).size).to.equal(1);
    expect(new Set(answers.map(({ acknowledgement }) => acknowledgement)).size).to.equal(2);
    const last = answers.filter(({ acknowledgement }) => acknowledgement !== referred?.acknowledgement);
    expect((await accountOf(issuers, 'HK', 'spent'))?.answers).to.deep.equal(last);
  });

  it('reads the answer to what was withdrawn after it was shown', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    expect(await accountOf(issuers, 'HK', 'spent')).to.include({ open: 1, erased: 0 });
    await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried));
    await issuers.withdraw('HK', traveller, carried.id);
    await issuers.settle();
    const spent = await accountOf(issuers, 'HK', 'spent');
    expect(spent).to.include({ open: 0, erased: 0 });
    expect(spent?.answers).to.have.length(1);
    expect((await accountOf(issuers, 'MO', 'acknowledged'))?.answers).to.deep.equal(spent?.answers);
  });

  it('keeps apart what was answered for different sources', async () => {
    await using issuers = await ConvertingIssuers.create();
    for (const source of ['HK', 'GD'] as const) {
      await issuers.convert(await issuers.traveller(source), source, 'MO');
    }
    await issuers.settle();
    const pairs = await (await issuers.at('MO')).conversion.account.pairs();
    for (const source of ['HK', 'GD'] as const) {
      const spent = await accountOf(issuers, source, 'spent');
      expect(spent?.answers).to.have.length(1);
      expect(pairs.map(({ answers }) => answers)).to.deep.include(spent?.answers);
    }
  });
});
