/** One code is converted once for one target, whoever asks how often and whatever is sent again. */
import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { HclError } from '../../../core/errors.ts';
import { printFindings, type Finding } from '../../support/findings.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, PLACES } from './converting-issuers.ts';

const PARALLEL = 100;

/** For the table of all that came at once. */
const found: Finding[] = [];

function note(what: string, tries: number, done: number, spent: number): void {
  found.push({ 'at once': what, tries, done, spent });
}

function codeOf(result: PromiseSettledResult<unknown>): string {
  if (result.status === 'fulfilled') return 'done';
  return result.reason instanceof HclError ? result.reason.code : 'other';
}

function tally(results: readonly PromiseSettledResult<unknown>[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of results) counts[codeOf(result)] = (counts[codeOf(result)] ?? 0) + 1;
  return counts;
}

describe('a code', () => {
  it(`is converted by one of ${PARALLEL} consents that come at once, and spent once`, async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const requests = Array.from({ length: PARALLEL }, () => issuers.request(traveller, 'MO'));
    const results = await Promise.allSettled(requests.map((request) => source.convert(request)));
    expect(tally(results)).to.deep.equal({ done: 1, CONVERSION_ALREADY_DONE: PARALLEL - 1 });
    await issuers.settle('HK');
    const spent = issuers.ledger.blocks
      .flatMap(({ events }) => events)
      .filter(({ event }) => event === 'NullifiersSpent');
    expect(spent).to.have.length(1);
    expect(await source.open()).to.have.length(1);
    note('consents for one code', results.length, tally(results)['done'] ?? 0, spent.length);
  });

  it(`is converted once by one consent that is sent ${PARALLEL} times at once, and answered the same each time`, async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const request = issuers.request(traveller, 'MO');
    const answers = await Promise.all(Array.from({ length: PARALLEL }, () => source.convert(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).to.equal(1);
    await issuers.settle('HK');
    const open = await source.open();
    expect(open).to.have.length(1);
    note('one consent, sent again', answers.length, 1, open.length);
  });

  it('is converted for one of two targets for which one consent comes at once', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const id = 'ab'.repeat(16);
    const requests = (['MO', 'GD'] as const).map((target) => issuers.request(traveller, target, { id }));
    const results = await Promise.allSettled(requests.map((request) => source.convert(request)));
    expect(tally(results)).to.deep.equal({ done: 1, CONVERSION_CONSENT_REPLAYED: 1 });
    await issuers.settle('HK');
    const open = await source.open();
    expect(open).to.have.length(1);
    note('one consent, two targets', results.length, tally(results)['done'] ?? 0, open.length);
  });

  it('is converted for each target by itself', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    expect(await issuers.convert(traveller, 'HK', 'MO')).to.include({ decision: 'accepted' });
    expect(await issuers.convert(traveller, 'HK', 'GD')).to.include({ decision: 'accepted' });
  });
});

describe('a conversion that was carried', () => {
  after(() => printFindings('what comes at once is done once', found));

  it(`is decided once when it is shown ${PARALLEL} times at once`, async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    const arrivals = Array.from({ length: PARALLEL }, () => issuers.arrival(traveller, carried));
    const answers = await Promise.all(arrivals.map((arrival) => target.admit(arrival)));
    expect(new Set(answers.map(({ decision }) => decision))).to.deep.equal(new Set(['accepted']));
    const { converted } = await target.recognition('did:web:hk-dh.example');
    expect(converted).to.have.length(1);
    note('one conversion, shown at the target', answers.length, converted.length, 1);
  });

  it('is shown by nobody else, and to nobody elsewhere', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const other = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const stolen = issuers.arrival({ ...traveller, holder: other.holder }, carried);
    const { target } = (await issuers.at('MO')).conversion;
    await expectRejects(target.admit(stolen), 'CONVERSION_WRONG_HOLDER');
    await expectRejects(target.admit({ ...stolen, code: carried.code }), 'CONVERSION_WRONG_HOLDER');
    const elsewhere = (await issuers.at('GD')).conversion;
    await elsewhere.pass();
    const shownThere = issuers.arrival(traveller, carried, { target: PLACES.GD.did });
    await expectRejects(elsewhere.target.admit(shownThere), 'CONVERSION_NOT_FOR_HERE');
    expect(await target.admit(issuers.arrival(traveller, carried))).to.include({ decision: 'accepted' });
  });
});
