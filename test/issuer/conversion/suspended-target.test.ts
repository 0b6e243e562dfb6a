/** A target that is suspended on the ledger: nothing can be spent for it, and that is nobody else's business. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, PLACES } from './converting-issuers.ts';

describe('a target that is suspended', () => {
  it('is converted for by nobody', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    issuers.ledger.suspend(PLACES.GD.did);
    const { conversion } = await issuers.at('HK');
    await conversion.pass();
    await expectRejects(
      conversion.source.convert(issuers.request(traveller, 'GD')),
      'CONVERSION_TARGET_UNKNOWN',
    );
    expect(await conversion.source.convert(issuers.request(traveller, 'MO'))).to.include({
      state: 'under-way',
    });
  });

  it('holds up no other target with what waits for it, and gets it once it is reinstated', async () => {
    await using issuers = await ConvertingIssuers.create();
    const [first, second] = [await issuers.traveller('HK'), await issuers.traveller('HK')];
    const hk = await issuers.at('HK');
    const { conversion } = hk;
    // The first to wait is the one that fails.
    const { id: stuck } = await conversion.source.convert(issuers.request(first, 'GD'));
    const { id: free } = await conversion.source.convert(issuers.request(second, 'MO'));
    issuers.ledger.suspend(PLACES.GD.did);
    await hk.settle();
    expect(await failureOf(conversion.pass())).to.equal('ConversionRegistryNoTarget');
    const { package: carried, state } = await conversion.source.conversion(free);
    expect(state).to.equal('ready');
    if (carried === undefined) throw new Error('not handed over');
    const mo = await issuers.at('MO');
    await mo.conversion.pass();
    await mo.conversion.target.admit(issuers.arrival(second, carried));
    await issuers.settle('MO');
    // What was answered is read, though the queue still fails.
    expect(await failureOf(conversion.pass())).to.equal('ConversionRegistryNoTarget');
    expect(await conversion.source.conversion(free)).to.include({ decision: 'accepted' });
    expect(await conversion.source.conversion(stuck)).to.include({ state: 'under-way' });
    issuers.ledger.reinstate(PLACES.GD.did);
    await issuers.settle('HK');
    expect(await conversion.source.conversion(stuck)).to.include({ state: 'ready' });
  });
});

async function failureOf(failing: Promise<unknown>): Promise<string> {
  return await failing.then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
}
