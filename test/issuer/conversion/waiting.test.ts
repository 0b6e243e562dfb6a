/** A device that would rather wait than ask again (`Prefer: wait`) is answered as soon as there is something to carry. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { ConversionAnswer, ConversionPackage } from '../../../issuer/conversion/source/handover.ts';
import type { DecisionAnswer } from '../../../issuer/conversion/target/answer.ts';
import type { Service } from '../../../service/app.ts';
import { until } from '../../support/until.ts';
import { ConvertingIssuers, NOON, type Place, type Traveller } from './converting-issuers.ts';

const PATIENT = { prefer: 'respond-async, wait=600' };

async function appOf(issuers: ConvertingIssuers, place: Place): Promise<Service> {
  return await buildIssuerApp({
    issuer: await issuers.at(place),
    operatorToken: 'operator token of these tests, long enough',
    now: () => NOON * 1000,
    limits: { maxEventLoopDelayMs: 0 },
  });
}

async function asked(
  issuers: ConvertingIssuers,
  app: Service,
): Promise<{ id: string; traveller: Traveller }> {
  const traveller = await issuers.traveller('HK');
  const { signature, ...rest } = issuers.request(traveller, 'MO');
  const payload = { ...rest, signature: toBase64url(signature) };
  const answer = await app.inject({ method: 'POST', url: '/conversions', payload });
  return { traveller, id: answer.json<ConversionAnswer>().id };
}

describe('a device that waits', () => {
  it('is handed over what it waited for, in the answer to its only question', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using app = await appOf(issuers, 'HK');
    const { id } = await asked(issuers, app);
    const waiting = app.inject({ url: `/conversions/${id}`, headers: PATIENT });
    await issuers.settle('HK');
    const answer = (await waiting).json<ConversionAnswer>();
    expect(answer.state).to.equal('ready');
    expect(answer.package).to.not.equal(undefined);
  });

  it('is told at once how far it is when it would not wait', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using app = await appOf(issuers, 'HK');
    const { id } = await asked(issuers, app);
    for (const prefer of ['', 'wait=0', 'wait=-1', 'wait=x', 'await=60', 'wait=99999']) {
      const answer = await app.inject({ url: `/conversions/${id}`, headers: { prefer } });
      expect(answer.json(), prefer).to.include({ state: 'under-way' });
    }
  });

  it('gets the target’s code with the decision, though it came before the spending was read', async () => {
    await using issuers = await ConvertingIssuers.create();
    await using source = await appOf(issuers, 'HK');
    await using app = await appOf(issuers, 'MO');
    const { id, traveller } = await asked(issuers, source);
    await issuers.settle('HK');
    const ready = await source.inject(`/conversions/${id}`);
    // It is ready.
    const carried = ready.json<ConversionAnswer>().package as ConversionPackage;
    const payload = issuers.arrival(traveller, carried);
    const early = await app.inject({ method: 'POST', url: '/conversions/arrivals', payload });
    expect(early.statusCode).to.be.above(399);
    let answered: DecisionAnswer | undefined;
    void app
      .inject({ method: 'POST', url: '/conversions/arrivals', payload, headers: PATIENT })
      .then((response) => (answered = response.json()));
    // The one pass reads the spending; what is then decided goes to the ledger with one after it.
    const mo = await issuers.at('MO');
    const answer = await until(async () => {
      await mo.conversion.pass();
      await issuers.settle('MO');
      return answered;
    });
    expect(answer.decision).to.equal('accepted');
    expect(answer.code).to.be.a('string');
  });
});
