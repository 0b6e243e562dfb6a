/** The source knows more of its own people than a list that is already out: a colour that has changed ends all of it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, NOON, type Traveller } from './converting-issuers.ts';

/** An isolation order: red at once. */
async function turnRed(issuers: ConvertingIssuers, { subject }: Traveller): Promise<void> {
  await (
    await issuers.at('HK')
  ).health.orders.place({
    kind: 'isolation',
    ground: 'hcl|case',
    subject,
    fromSeconds: NOON - 60,
    untilSeconds: NOON + 86_400,
    legalBasis: 'Cap. 599A s.22',
    orderedBy: 'HO-1',
    enteredBy: 'HO-2',
    reference: 'RED-1',
  });
}

describe('a person who has turned red at the source', () => {
  it('converts no code, though no list says so yet', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    await turnRed(issuers, traveller);
    const { source } = (await issuers.at('HK')).conversion;
    await expectRejects(source.convert(issuers.request(traveller, 'MO')), 'CONVERSION_CODE_NOT_VALID');
  });

  it('is handed nothing that was converted before, at once and once the lists say so', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { id } = await issuers.carry(traveller, 'HK', 'MO');
    const { source } = (await issuers.at('HK')).conversion;
    await turnRed(issuers, traveller);
    const atOnce = await source.conversion(id);
    await issuers.settle('HK');
    for (const answer of [atOnce, await source.conversion(id)])
      expect(answer)
        .to.include({ state: 'ended', reason: 'CONVERSION_CODE_NOT_VALID' })
        .and.not.have.property('package');
  });

  it('is not admitted with what was handed over before, once the lists say so, also after a restart', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const other = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    await turnRed(issuers, traveller);
    await issuers.stop('HK');
    await issuers.settle('HK');
    const { list } = await issuers.carry(other, 'HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    await expectRejects(
      target.admit(issuers.arrival(traveller, { ...carried, list })),
      'CONVERSION_CODE_NOT_VALID',
    );
    expect(await issuers.convert(other, 'HK', 'GD')).to.include({ decision: 'accepted' });
  });
});
