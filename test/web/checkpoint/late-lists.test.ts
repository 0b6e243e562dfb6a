/** Lists that a publisher has later than the ledger’s word on them: a page never goes back (L7), whatever it wrote down. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { StatusChange } from '../../../core/status/token-status-list.ts';
import type { Outcome } from '../../../core/verify/reasons.ts';
import { vaccinationRecord, type FixtureIssuer, type IssuedCode } from '../../support/consortium.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { PublishedLedger } from '../../verifier/bundle/support/published-ledger.ts';
import { KeptPage } from '../support/kept-page.ts';

const MINUTE = 60;
const STEPS = 24;

describe('a page whose publisher has an issuer’s lists late', () => {
  it('stops after a reload whom it stopped before', async () => {
    await using published = await PublishedLedger.open();
    const { consortium } = published;
    const [late, other] = consortium.issuers.slice(1);
    if (late === undefined || other === undefined) throw new Error('there are three issuers');
    const code = await issueBy(other, published);
    const page = await newPage(published);
    // It writes down all that it holds, while the late lists are announced and not there.
    published.announceLists(late);
    await published.publishAtNextHour();
    page.isLeftBehind = true;
    await page.update();
    expect(await page.outcomeOf(code)).to.equal('pass');
    expect(page.kept).to.equal(1);
    // One delta brings the late lists and the revocation.
    published.fetchLists();
    consortium.publishStatus(other, [revocationOf(code)]);
    await published.publishAfter(MINUTE);
    page.isLeftBehind = false;
    const { known } = await page.update();
    expect(await page.outcomeOf(code)).to.equal('stop');
    expect(page.kept).to.equal(2);
    page.isOffline = true;
    expect(await page.reload()).to.deep.equal({ known });
    expect(await page.outcomeOf(code)).to.equal('stop');
  });

  it('never goes back, and is refused nothing, whenever lists come and whenever it is reloaded', async () => {
    let stops = 0;
    for (let round = 0; round < runs(2, 200); round++) {
      await using published = await PublishedLedger.open();
      stops += await wander(published, new Random(testSeed + round));
    }
    // The test is about something: pages do stop somebody, and are reloaded then.
    expect(stops).to.be.above(0);
  });
});

/** A page follows a random history, and is reloaded now and then. Resolves to how many stops a reload kept. */
async function wander(published: PublishedLedger, random: Random): Promise<number> {
  const { issuers } = published.consortium;
  const codes = await Promise.all(issuers.map((issuer) => issueBy(issuer, published)));
  const page = await newPage(published);
  let before: readonly Outcome[] = [];
  let blockNumber = 0;
  let stops = 0;
  for (let step = 0; step < STEPS; step++) {
    await happen(published, codes, random);
    const isReloaded = random.below(3) === 0;
    page.isOffline = isReloaded;
    page.isLeftBehind = random.below(3) === 0;
    const report = isReloaded ? await page.reload() : await page.update();
    const after = await outcomesOf(codes, page);
    expect(report.problem, `step ${step}`).to.equal(undefined);
    expect(report.known.blockNumber).to.be.at.least(blockNumber);
    before.forEach((outcome, i) => {
      // Lists that were older than the ledger's word are not written down: unconfirmed then, and never green.
      if (outcome === 'stop') expect(after[i]).to.be.oneOf(['stop', 'refer']);
    });
    if (isReloaded) stops += after.filter((outcome) => outcome === 'stop').length;
    before = after.map((outcome, i) => (before[i] === 'stop' ? 'stop' : outcome));
    ({ blockNumber } = report.known);
  }
  return stops;
}

/** An issuer announces lists, in which somebody may be revoked, and they are there at once or later; time passes. */
async function happen(
  published: PublishedLedger,
  codes: readonly IssuedCode[],
  random: Random,
): Promise<void> {
  const { consortium } = published;
  if (random.below(2) === 0) published.fetchLists();
  const at = random.below(codes.length);
  const issuer = consortium.issuers[at];
  const code = codes[at];
  if (issuer === undefined || code === undefined) throw new Error('a code of each issuer');
  const changes = random.below(8) === 0 ? [revocationOf(code)] : [];
  if (random.below(2) === 0) published.announceLists(issuer, changes);
  else consortium.publishStatus(issuer, changes);
  if (random.below(8) === 0) published.restart();
  consortium.advance(MINUTE * (1 + random.below(25)));
  await published.publish();
}

async function newPage(published: PublishedLedger): Promise<KeptPage> {
  await published.publishAtNextHour();
  const page = new KeptPage(published);
  await page.reload();
  await page.update();
  return page;
}

async function issueBy(issuer: FixtureIssuer, { consortium }: PublishedLedger): Promise<IssuedCode> {
  const [code] = await consortium.issueCodes([vaccinationRecord()], { issuer });
  if (code === undefined) throw new Error('a code for each record');
  return code;
}

function outcomesOf(codes: readonly IssuedCode[], page: KeptPage): Promise<readonly Outcome[]> {
  return Promise.all(codes.map((code) => page.outcomeOf(code)));
}

function revocationOf({ claims }: IssuedCode): StatusChange {
  return { index: claims.status.status_list.idx, value: 'revoked' };
}
