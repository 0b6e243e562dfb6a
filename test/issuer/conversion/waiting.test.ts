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

/** Longer than any test may take. */
const FOR_EVER_MS = 3_600_000;
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

async function turnRed(issuers: ConvertingIssuers, { subject }: Traveller): Promise<void> {
  const { health } = await issuers.at('HK');
  await health.orders.place({
    subject,
    kind: 'quarantine',
    ground: 'hcl|under-order',
    reference: 'ORDER-9',
    fromSeconds: NOON - 60,
    untilSeconds: NOON + 86_400,
    legalBasis: 'Cap. 599A s. 22',
    orderedBy: 'HO-1',
    enteredBy: 'HO-2',
  });
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

  it('is not held back by a conversion that has ended before its spending is on the ledger', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { conversion } = await issuers.at('HK');
    const { id } = await conversion.source.convert(issuers.request(traveller, 'MO'));
    await turnRed(issuers, traveller);
    expect(await conversion.source.conversion(id, FOR_EVER_MS)).to.include({ state: 'ended' });
  }).timeout(30_000);

  it('is told at once when its code ends while it waits, with no step of the ledger', async () => {
    await using issuers = await ConvertingIssuers.create();
    const [traveller, other] = [await issuers.traveller('HK'), await issuers.traveller('HK')];
    const { source } = (await issuers.at('HK')).conversion;
    const { id } = await source.convert(issuers.request(traveller, 'MO'));
    const { id: others } = await source.convert(issuers.request(other, 'MO'));
    const waiting = source.conversion(id, FOR_EVER_MS);
    let isOtherTold = false;
    const stillWaiting = source.conversion(others, FOR_EVER_MS).finally(() => (isOtherTold = true));
    await turnRed(issuers, traveller);
    expect(await waiting).to.include({ state: 'ended', reason: 'CONVERSION_CODE_NOT_VALID' });
    expect(isOtherTold, 'nobody else is').to.equal(false);
    await issuers.settle('HK');
    expect(await stillWaiting).to.include({ state: 'ready' });
  }).timeout(30_000);

  it('is not held back by one that is withdrawn while its spending is staged and the ledger is away', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { conversion } = await issuers.at('HK');
    const { id } = await conversion.source.convert(issuers.request(traveller, 'MO'));
    issuers.ledger.isHalted = true;
    await conversion.pass().catch(() => undefined);
    const waiting = conversion.source.conversion(id, FOR_EVER_MS);
    expect(await issuers.withdraw('HK', traveller, id)).to.include({ state: 'withdrawn' });
    expect(await conversion.source.conversion(id, FOR_EVER_MS)).to.include({ state: 'withdrawn' });
    // The next step, whichever it is, lets those go who waited before.
    await issuers.settle('HK').catch(() => undefined);
    expect(await waiting).to.include({ state: 'withdrawn' });
  }).timeout(30_000);

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
