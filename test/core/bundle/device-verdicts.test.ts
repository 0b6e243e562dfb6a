/** A device answers as a replica does, and where it knows less it says so. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import { acceptPage, pagesFor, type PageName } from '../../../core/bundle/accept-page.ts';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { fullBundle, partialBundle } from '../../../core/bundle/make-bundle.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import { defaultPolicy, type VerifyPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import {
  makeConsortium,
  testRecord,
  vaccinationRecord,
  type Consortium,
  type IssuedCode,
} from '../../support/consortium.ts';
import { Publishing } from '../../support/publishing.ts';

const DAY = 86_400;
const LEDGER_MODE: VerifyPolicy = { ...defaultPolicy, ledgerMode: true };

async function take(publishing: Publishing, shortDays?: number): Promise<BundleState> {
  const source = await publishing.source(shortDays === undefined ? {} : { shortDays });
  return acceptBundle(fullBundle(source), undefined, publishing.context());
}

function judge(
  text: string,
  held: BundleState,
  { nowSeconds }: Consortium,
  policy: VerifyPolicy = defaultPolicy,
): Promise<Verdict> {
  const { state, statusLists } = held;
  return verifyCode(text, { crypto: nodeCrypto, state, statusLists, nowSeconds, policy });
}

function withoutSignature({ parts }: IssuedCode): string {
  return encodeCode({ ...parts, signature: new Uint8Array(64).fill(1) });
}

async function issued(
  consortium: Consortium,
): Promise<{ readonly long: IssuedCode; readonly short: IssuedCode }> {
  const [long] = await consortium.issueCodes([vaccinationRecord()]);
  const [short] = await consortium.issueCodes([testRecord()]);
  if (long === undefined || short === undefined) throw new Error('two codes were issued');
  return { long, short };
}

describe('a device', () => {
  it('answers every kind of code as a replica at the same block does', async () => {
    const consortium = makeConsortium({ seed: 21 });
    const publishing = new Publishing(consortium);
    const { long, short } = await issued(consortium);
    const [unanchored] = await consortium.issueCodes([testRecord()], { isAnchored: false });
    const [expired] = await consortium.issueCodes([testRecord()], {
      expiresAtSeconds: consortium.nowSeconds + 1,
    });
    const [revoked] = await consortium.issueCodes([testRecord()]);
    consortium.publishStatus(consortium.issuer, [
      { index: revoked?.claims.status.status_list.idx ?? 0, value: 'revoked' },
    ]);
    const held = await take(publishing);
    const texts = [long, short, unanchored, expired, revoked].map((code) => code?.text ?? '');
    texts.push(withoutSignature(long), withoutSignature(short), 'HCL1:', '');
    const outcomes = new Set<string>();
    for (const text of texts) {
      const own = await verifyCode(text, consortium.context());
      const told = await judge(text, held, consortium);
      expect({ ...told, freshness: own.freshness }).to.deep.equal(own);
      expect(told.freshness.grade).to.equal(own.freshness.grade);
      outcomes.add(told.outcome);
    }
    expect(outcomes).to.deep.equal(new Set(['pass', 'refer', 'stop']));
  });

  it('never lets 20 bytes of a root stand in for a signature', async () => {
    const consortium = makeConsortium({ seed: 22 });
    const publishing = new Publishing(consortium);
    const { long, short } = await issued(consortium);
    const held = await take(publishing);
    const whole = await judge(withoutSignature(long), held, consortium, LEDGER_MODE);
    expect(whole.outcome).to.equal('pass');
    expect(whole.evidence.signature).to.equal('not-checked');
    const cut = await judge(withoutSignature(short), held, consortium, LEDGER_MODE);
    expect(cut).to.deep.include({ outcome: 'stop', reasons: ['SIGNATURE_INVALID'] });
    const signed = await judge(short.text, held, consortium, LEDGER_MODE);
    expect(signed.outcome).to.equal('pass');
    expect(signed.evidence.signature).to.equal('checked');
  });

  it('finds long-lived roots by all of their bytes and short-lived ones by twenty', async () => {
    const consortium = makeConsortium({ seed: 23 });
    const { long, short } = await issued(consortium);
    const { roots } = (await take(new Publishing(consortium))).state;
    const changedAt = (root: Uint8Array, at: number): Uint8Array => root.with(at, (root[at] ?? 0) ^ 1);
    for (let at = 0; at < 32; at++) {
      expect(roots.find(changedAt(long.root, at))).to.have.length(0);
      expect(roots.find(changedAt(short.root, at))).to.have.length(at < 20 ? 0 : 1);
    }
    expect(roots.find(long.root)).to.have.length(1);
    const [anchor] = consortium.state.roots.find(short.root);
    expect(roots.find(short.root)).to.deep.equal([{ ...anchor, isCut: true }]);
  });

  it('calls a code unconfirmed whose root it has dropped, not forged', async () => {
    const consortium = makeConsortium({ seed: 24 });
    const publishing = new Publishing(consortium);
    const { long, short } = await issued(consortium);
    const [neverAnchored] = await consortium.issueCodes([vaccinationRecord()], { isAnchored: false });
    consortium.advance(40 * DAY);
    consortium.publishStatus(consortium.issuer, []);
    expect((await verifyCode(short.text, consortium.context())).outcome).to.equal('pass');
    const held = await take(publishing, 30);
    const dropped = await judge(short.text, held, consortium);
    expect(dropped).to.deep.include({
      outcome: 'refer',
      validity: 'unconfirmed',
      reasons: ['ROOT_NOT_SEEN'],
    });
    expect((await judge(long.text, held, consortium)).outcome).to.equal('pass');
    // Long-lived roots are all there: what is not among them never was.
    const forged = await judge(neverAnchored?.text ?? '', held, consortium);
    expect(forged.reasons).to.deep.equal(['ROOT_NEVER_ANCHORED']);
  });

  it('finds a root it has dropped on the page of its issuer and day', async () => {
    const consortium = makeConsortium({ seed: 24 });
    const publishing = new Publishing(consortium);
    const { short } = await issued(consortium);
    const { iat, iss } = short.claims;
    const issuer = consortium.state.trust.issuerByDid(iss)?.id ?? '0x';
    const [page] = pagesFor(issuer, iat);
    if (page === undefined) throw new Error('a credential has a day');
    const early = partialBundle('page', await publishing.page(page));
    consortium.advance(40 * DAY);
    consortium.publishStatus(consortium.issuer, []);
    expect(publishing.keeper.pagesBefore('2100-01-01')).to.deep.equal([page]);
    const bytes = partialBundle('page', await publishing.page(page));
    const held = await take(publishing, 30);
    const context = publishing.context();
    expect((await judge(short.text, held, consortium)).outcome).to.equal('refer');
    const more = await acceptPage(bytes, page, held, context);
    expect((await judge(short.text, more, consortium)).outcome).to.equal('pass');
    const refused: readonly (readonly [bytes: Uint8Array, page: PageName, code: string])[] = [
      [early, page, 'BUNDLE_INCOMPLETE'],
      [bytes, { ...page, day: '2022-12-22' }, 'BUNDLE_PAGE_OTHER'],
      [bytes, { ...page, issuer: `0x${'00'.repeat(32)}` }, 'BUNDLE_PAGE_OTHER'],
      [fullBundle(held), page, 'BUNDLE_MALFORMED'],
      [bytes.subarray(1), page, 'BUNDLE_MALFORMED'],
    ];
    for (const [each, name, code] of refused) {
      const error = await acceptPage(each, name, held, context).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', code);
    }
    publishing.keeper.forget([{ ...page, day: '2022-12-22' }]);
    expect(publishing.keeper.pagesBefore('2100-01-01')).to.deep.equal([page]);
    publishing.keeper.forget([page]);
    expect(publishing.keeper.pagesBefore('2100-01-01')).to.deep.equal([]);
  });

  it('stops nobody because a root is on neither page: a replica passes what was anchored late', async () => {
    const consortium = makeConsortium({ seed: 26 });
    const publishing = new Publishing(consortium);
    const options = { isAnchored: false, expiresAtSeconds: consortium.nowSeconds + 365 * DAY };
    const [late] = await consortium.issueCodes([testRecord()], options);
    if (late === undefined) throw new Error('a code was issued');
    const { issuer } = consortium;
    // Both days have pages, so nothing is missing from what they say.
    await consortium.issueCodes([testRecord()]);
    consortium.advance(DAY);
    await consortium.issueCodes([testRecord()]);
    consortium.advance(2 * DAY);
    // The ledger could not be reached for three days.
    const log2Size = late.parts.path.length / 32;
    consortium.anchor(late.root, { issuer, log2Size, record: testRecord() });
    consortium.advance(40 * DAY);
    consortium.publishStatus(consortium.issuer, []);
    expect((await verifyCode(late.text, consortium.context())).outcome).to.equal('pass');
    let held = await take(publishing, 30);
    for (const page of pagesFor(issuer.id, late.claims.iat)) {
      const bytes = partialBundle('page', await publishing.page(page));
      held = await acceptPage(bytes, page, held, publishing.context());
    }
    expect(await judge(late.text, held, consortium)).to.deep.include({
      outcome: 'refer',
      reasons: ['ROOT_NOT_SEEN'],
    });
  });

  it('grades its knowledge by the checkpoint’s time: fresh, ageing, stale, unknown', async () => {
    const consortium = makeConsortium({ seed: 25 });
    const { long } = await issued(consortium);
    const held = await take(new Publishing(consortium));
    const { freshSeconds, ageingSeconds, clockSkewSeconds } = defaultPolicy;
    const grades = [
      0,
      freshSeconds,
      freshSeconds + 1,
      ageingSeconds,
      ageingSeconds + 1,
      -clockSkewSeconds - 1,
    ];
    const verdicts = await Promise.all(
      grades.map((seconds) => {
        const nowSeconds = held.timeSeconds + seconds;
        const { state, statusLists } = held;
        return verifyCode(long.text, {
          crypto: nodeCrypto,
          state,
          statusLists,
          nowSeconds,
          policy: defaultPolicy,
        });
      }),
    );
    expect(verdicts.map(({ freshness }) => freshness.grade)).to.deep.equal([
      'fresh',
      'fresh',
      'ageing',
      'ageing',
      'stale',
      'unknown',
    ]);
    expect(verdicts.map(({ outcome }) => outcome).slice(-2)).to.deep.equal(['refer', 'refer']);
  });
});
