/** What somebody has recorded of a holder's code is of no use anywhere else, within its minute or after it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ANY_GATE } from '../../../core/qr/presentation.ts';
import { decodeCode, encodeCode } from '../../../core/qr/code.ts';
import { REFUSALS } from '../../../core/conversion/refusals.ts';
import { makeReference } from '../../../booking/reference.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { ConversionPackage } from '../../../issuer/conversion/source/handover.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, NOON, PLACES, type Traveller } from './converting-issuers.ts';

const GATE = 7;
const REPLAYED = 'CONVERSION_PRESENTED_ELSEWHERE';

async function onTheWay(
  issuers: ConvertingIssuers,
): Promise<{ readonly traveller: Traveller; readonly carried: ConversionPackage }> {
  const traveller = await issuers.traveller('HK');
  return { traveller, carried: await issuers.carry(traveller, 'HK', 'MO') };
}

describe('a recorded code', () => {
  it('of one target is refused at another, which would have taken it from the holder', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, carried } = await onTheWay(issuers);
    const [mo, gd] = [await issuers.at('MO'), await issuers.at('GD')];
    await gd.conversion.pass();
    const shownAtGd = issuers.arrival(traveller, carried, { target: PLACES.GD.did });
    await expectRejects(mo.conversion.target.admit(shownAtGd), REPLAYED);
    const shownAtMo = issuers.arrival(traveller, carried);
    await expectRejects(gd.conversion.target.admit(shownAtMo), REPLAYED);
    expect(await mo.conversion.target.admit(shownAtMo)).to.include({ decision: 'accepted' });
  });

  it('of a gate, or for any gate, is refused at the target', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, carried } = await onTheWay(issuers);
    const { target } = (await issuers.at('MO')).conversion;
    for (const gate of [GATE, ANY_GATE]) {
      const shown = traveller.holder.present(carried.code, { timeSeconds: issuers.ledger.nowSeconds, gate });
      await expectRejects(target.admit({ code: shown, list: carried.list }), REPLAYED);
    }
  });

  it('of a booking is refused with another one, and without', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, carried } = await onTheWay(issuers);
    const { target } = (await issuers.at('MO')).conversion;
    const [booking, another] = [makeReference(createRandomBytes()), makeReference(createRandomBytes())];
    const shown = issuers.arrival(traveller, carried, { booking });
    await expectRejects(target.admit({ ...shown, booking: another }), REPLAYED);
    await expectRejects(target.admit({ code: shown.code, list: shown.list }), REPLAYED);
    await expectRejects(target.admit({ ...issuers.arrival(traveller, carried), booking }), REPLAYED);
    // For itself it is looked at.
    await expectRejects(target.admit(shown), 'BOOKING_NOT_FOUND');
  });

  it('is not made for here by writing another number into it', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, carried } = await onTheWay(issuers);
    const { target } = (await issuers.at('MO')).conversion;
    const here = decodeCode(issuers.arrival(traveller, carried).code).presentation;
    const there = decodeCode(issuers.arrival(traveller, carried, { target: PLACES.GD.did }).code);
    if (here === undefined || there.presentation === undefined) throw new Error('both are shown');
    const moved = { ...there, presentation: { ...there.presentation, gate: here.gate } };
    const arrival = { code: encodeCode(moved), list: carried.list };
    await expectRejects(target.admit(arrival), 'CONVERSION_WRONG_HOLDER');
  });

  it('is refused in the language of the request', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, carried } = await onTheWay(issuers);
    await using app = await buildIssuerApp({
      issuer: await issuers.at('MO'),
      operatorToken: 'operator token of these tests, long enough',
      now: () => NOON * 1000,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const payload = issuers.arrival(traveller, carried, { target: PLACES.GD.did });
    for (const language of ['en', 'zh-Hant', 'zh-Hans', 'pt'] as const) {
      const url = `/conversions/arrivals?language=${language}`;
      const answer = await app.inject({ method: 'POST', url, payload });
      expect(answer.statusCode).to.equal(403);
      expect(answer.json()).to.include({ code: REPLAYED, detail: REFUSALS[REPLAYED][language] });
    }
  });
});
