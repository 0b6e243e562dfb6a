/** Metrics of conversions: how many stand where, what nobody has answered and for how long, who waits for an officer. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ConvertingIssuers, type Place } from './converting-issuers.ts';

const DAY = 86_400;

/** Those of conversions that are not 0, without the common part of their names. */
async function gauges(issuers: ConvertingIssuers, place: Place): Promise<Readonly<Record<string, number>>> {
  const text = await (await issuers.at(place)).metrics.registry.metrics();
  const lines = text.matchAll(/^hcl_issuer_(\w*(?:conversion|referral)\S*) ([1-9]\d*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value]) => [name, Number(value)]));
}

describe('metrics of conversions', () => {
  it('follow each side through answers, referrals and withdrawals, over restarts, until it is forgotten', async () => {
    await using issuers = await ConvertingIssuers.create();
    await issuers.at('MO');
    expect([await gauges(issuers, 'HK'), await gauges(issuers, 'MO')]).to.deep.equal([{}, {}]);

    const ordered = await issuers.traveller('HK');
    const order = { kind: 'quarantine', ground: 'hcl|under-order' } as const;
    await issuers.traveller('MO', { subject: ordered.subject, order });
    await issuers.convert(ordered, 'HK', 'MO');
    const accepted = await issuers.traveller('HK');
    await issuers.convert(accepted, 'HK', 'MO');
    const regretting = await issuers.traveller('HK');
    const { id } = await issuers.carry(regretting, 'HK', 'MO');
    await issuers.withdraw('HK', regretting, id);
    const absent = await issuers.traveller('HK');
    await issuers.carry(absent, 'HK', 'MO');
    await issuers.settle();
    issuers.ledger.tick(3600);

    const { oldest_unanswered_conversion_age_seconds: age, ...hk } = await gauges(issuers, 'HK');
    expect(hk).to.deep.equal({
      'conversions{side="source",state="accepted"}': 1,
      'conversions{side="source",state="open"}': 1,
      'conversions{side="source",state="referred"}': 1,
      'conversions{side="source",state="withdrawn"}': 1,
      // The one who did not come, and the one who has it no more.
      unanswered_conversions: 2,
    });
    expect(age).to.be.at.least(3600).and.at.most(3700);
    const mo = {
      'conversions{side="target",state="accepted"}': 1,
      'conversions{side="target",state="referred"}': 1,
      waiting_referrals: 1,
    };
    expect(await gauges(issuers, 'MO')).to.deep.equal(mo);
    for (const place of ['HK', 'MO'] as const) await issuers.stop(place);
    expect(await gauges(issuers, 'HK')).to.include(hk);
    expect(await gauges(issuers, 'MO')).to.deep.equal(mo);

    const { target } = (await issuers.at('MO')).conversion;
    const [waiting] = await target.referrals();
    await target.rule(waiting?.number ?? 0, { decision: 'refused', officer: 'O-17' });
    await issuers.settle();
    expect(await gauges(issuers, 'MO')).to.deep.equal({
      'conversions{side="target",state="accepted"}': 1,
      'conversions{side="target",state="refused"}': 1,
    });
    expect(await gauges(issuers, 'HK')).to.include({ 'conversions{side="source",state="refused"}': 1 });

    issuers.ledger.tick(33 * DAY);
    for (const place of ['HK', 'MO'] as const) await (await issuers.at(place)).conversion.pass();
    expect([await gauges(issuers, 'HK'), await gauges(issuers, 'MO')]).to.deep.equal([{}, {}]);
  });
});
