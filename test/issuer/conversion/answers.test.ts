/** What the source reads of the targets' answers: from the ledger's blocks alone. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { acknowledgementOf } from '../../../core/conversion/acknowledgement.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { SourceState } from '../../../issuer/conversion/state-counts.ts';
import { issuerIdOf } from '../../../ledger/identifiers.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { ConvertingIssuers, PLACES, type Traveller } from './converting-issuers.ts';

/** Decided at the target and acknowledged on the ledger; the source has not read it. */
async function acknowledged(
  issuers: ConvertingIssuers,
): Promise<{ readonly traveller: Traveller; readonly id: string }> {
  const traveller = await issuers.traveller('HK');
  const carried = await issuers.carry(traveller, 'HK', 'MO');
  await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, carried));
  await issuers.settle('MO');
  return { traveller, id: carried.id };
}

describe('the answer of a target', () => {
  it('is read of a conversion that was withdrawn and erased, also after a restart', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, id } = await acknowledged(issuers);
    await issuers.withdraw('HK', traveller, id);
    await issuers.stop('HK');
    await issuers.settle('HK');
    const { source } = (await issuers.at('HK')).conversion;
    expect(await source.conversion(id)).to.include({ state: 'withdrawn', decision: 'accepted' });
    expect(await source.open()).to.deep.equal([]);
  });

  it('takes back no withdrawal that comes while it is noted, also after a restart', async () => {
    await using issuers = await ConvertingIssuers.create();
    const other = await issuers.traveller('HK');
    const { traveller, id } = await acknowledged(issuers);
    const { conversion } = await issuers.at('HK');
    await conversion.source.convert(issuers.request(other, 'GD'));
    // The pass has read the answer and still sends; the withdrawal waits for it, and then both write.
    const sending = Promise.withResolvers<void>();
    issuers.ledger.held = sending.promise;
    const passing = conversion.pass();
    const withdrawing = issuers.withdraw('HK', traveller, id);
    for (let turn = 0; turn < 5; turn++) await conversion.source.conversion(id);
    sending.resolve();
    await Promise.all([passing, withdrawing]);
    for (let opened = 0; opened < 2; opened++) {
      const { source } = (await issuers.at('HK')).conversion;
      const answer = await source.conversion(id);
      expect(answer)
        .to.include({ state: 'withdrawn', decision: 'accepted' })
        .and.not.have.property('package');
      await issuers.stop('HK');
    }
  });

  it('is the officer’s where it is read together with the referral', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { id, code } = await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
    const { jti } = parseClaims(decodeCode(code).payloadBytes);
    const [source, target] = [issuerIdOf(PLACES.HK.did), issuerIdOf(PLACES.MO.did)];
    issuers.ledger.block(
      (['referred', 'accepted'] as const).map((decision, i) => ({
        event: 'ConversionsAcknowledged',
        source,
        target,
        sequence: i + 1,
        account: `0x${'33'.repeat(20)}`,
        acknowledgements: [toHex(acknowledgementOf(nodeCrypto, jti, decision))],
      })),
    );
    const { conversion } = await issuers.at('HK');
    await conversion.pass();
    expect(await conversion.source.conversion(id)).to.include({ decision: 'accepted' });
    const { counts } = conversion.source;
    const states: readonly SourceState[] = ['open', 'referred', 'accepted'];
    expect(states.map((state) => counts.of(state))).to.deep.equal([0, 0, 1]);
    expect(await conversion.source.open()).to.deep.equal([]);
  });

  it('need not come of what was withdrawn, and that is said', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { id } = await issuers.carry(traveller, 'HK', 'MO');
    const { source } = (await issuers.at('HK')).conversion;
    const missed = async () => (await source.open()).map(({ isErased }) => isErased);
    expect(await missed()).to.deep.equal([false]);
    await issuers.withdraw('HK', traveller, id);
    expect(await missed()).to.deep.equal([true]);
  });

  it('is waited for until an officer could give it no more', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    await issuers.carry(traveller, 'HK', 'MO');
    const { conversion } = await issuers.at('HK');
    issuers.ledger.tick(30 * 86_400);
    await conversion.pass();
    expect(await conversion.source.open()).to.have.length(1);
    issuers.ledger.tick(3 * 86_400);
    await conversion.pass();
    expect(await conversion.source.open()).to.deep.equal([]);
  });
});
