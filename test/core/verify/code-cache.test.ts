/** A remembered judgement is told again only while it would be found again. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { encodeCode } from '../../../core/qr/code.ts';
import { CodeCache } from '../../../core/verify/code-cache.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import { verifyCode, type VerifyContext } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import {
  makeConsortium,
  START_SECONDS,
  vaccinationRecord,
  type Consortium,
} from '../../support/consortium.ts';
import { Random } from '../../support/random.ts';
import { testSeed } from '../../support/scale.ts';

const HOUR = 3600;
const DAY = 86_400;

/** Counts signature checks. */
function counting(): { readonly crypto: VerifyContext['crypto']; readonly count: () => number } {
  let count = 0;
  const crypto: VerifyContext['crypto'] = {
    ...nodeCrypto,
    verifyEs256: (...given) => {
      count++;
      return nodeCrypto.verifyEs256(...given);
    },
  };
  return { crypto, count: () => count };
}

async function codeOf(consortium: Consortium, expiresAtSeconds?: number): Promise<string> {
  const options = expiresAtSeconds === undefined ? {} : { expiresAtSeconds };
  const [code] = await consortium.issueCodes([vaccinationRecord()], options);
  return code?.text ?? '';
}

describe('the cache of codes', () => {
  it('answers a code seen before without checking its signature again', async () => {
    const consortium = makeConsortium({ seed: 2 });
    const text = await codeOf(consortium);
    const { crypto, count } = counting();
    const context = consortium.context({ crypto });
    const cache = new CodeCache({ maxEntries: 10 });
    const first = await cache.verify(text, context);
    expect(await cache.verify(text, context)).to.deep.equal(first);
    expect(first).to.include({ outcome: 'pass' });
    expect(count()).to.equal(1);
  });

  it('grades the freshness anew each time', async () => {
    const consortium = makeConsortium({ seed: 2 });
    const text = await codeOf(consortium);
    const { crypto, count } = counting();
    const cache = new CodeCache({ maxEntries: 10 });
    await cache.verify(text, consortium.context({ crypto }));
    consortium.publishStatus(consortium.issuer, [], START_SECONDS + 9 * DAY);
    await cache.verify(text, consortium.context({ crypto }));
    consortium.nowSeconds += 2 * DAY;
    const late = await cache.verify(text, consortium.context({ crypto }));
    expect(late).to.include({ outcome: 'refer' });
    expect(late.freshness.grade).to.equal('stale');
    expect(count()).to.equal(2);
    consortium.block([]);
    expect(await cache.verify(text, consortium.context({ crypto }))).to.include({ outcome: 'pass' });
    expect(count()).to.equal(2);
  });

  it('forgets what a ledger event, a status list or another policy may have changed', async () => {
    const consortium = makeConsortium({ seed: 2 });
    const text = await codeOf(consortium);
    const cache = new CodeCache({ maxEntries: 10 });
    expect(await cache.verify(text, consortium.context())).to.include({ outcome: 'pass' });
    const policy = { ...defaultPolicy, acceptStaticPrint: false };
    expect((await cache.verify(text, consortium.context({ policy }))).reasons).to.deep.equal([
      'PRESENTATION_REQUIRED',
    ]);
    consortium.publishStatus(consortium.issuer, [{ index: 0, value: 'revoked' }]);
    expect((await cache.verify(text, consortium.context())).reasons).to.deep.equal(['STATUS_REVOKED']);
    const { id: issuer, account } = consortium.issuer;
    consortium.block([{ event: 'AccountCompromised', issuer, account, compromisedFrom: 1 }]);
    expect((await cache.verify(text, consortium.context())).reasons).to.deep.equal(['ACCOUNT_COMPROMISED']);
  });

  it('keeps no code that is not anchored', async () => {
    const consortium = makeConsortium({ seed: 2 });
    const [code] = await consortium.issueCodes([vaccinationRecord()], { isAnchored: false });
    const cache = new CodeCache({ maxEntries: 10 });
    for (const text of [code?.text ?? '', 'HC1:6BF', '', 'x']) await cache.verify(text, consortium.context());
    expect(cache.size).to.equal(0);
  });

  it('keeps no anchored code under a signature that is not its own: there are any number of those', async () => {
    const consortium = makeConsortium({ seed: 2 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const { parts } = code!; // one record gives one code
    const cache = new CodeCache({ maxEntries: 10 });
    const forged = encodeCode({ ...parts, signature: parts.signature.map((byte) => byte ^ 1) });
    expect((await cache.verify(forged, consortium.context())).reasons).to.deep.equal(['SIGNATURE_INVALID']);
    expect(cache.size).to.equal(0);
  });

  it('holds no more codes than it may', async () => {
    const consortium = makeConsortium({ seed: 2 });
    const codes = await consortium.issueCodes(Array.from({ length: 60 }, () => vaccinationRecord()));
    const cache = new CodeCache({ maxEntries: 20 });
    for (const { text } of codes) {
      await cache.verify(text, consortium.context());
      expect(cache.size).to.be.at.most(20);
    }
  });

  it('says at any time what a check without it says', async () => {
    const random = new Random(testSeed);
    const consortium = makeConsortium({ seed: testSeed });
    const cache = new CodeCache({ maxEntries: 8 });
    const exp = START_SECONDS + 6 * HOUR;
    const codes = [await codeOf(consortium), await codeOf(consortium, exp), await codeOf(consortium)];
    for (let i = 0; i < 400; i++) {
      consortium.nowSeconds += random.pick([0, 1, 60, 299, 301, HOUR, -30]);
      if (random.below(4) === 0) consortium.block([]);
      if (random.below(40) === 0) {
        const value = random.pick(['valid', 'revoked', 'suspended'] as const);
        consortium.publishStatus(consortium.issuer, [{ index: random.below(3), value }]);
      }
      const text = random.pick(codes);
      const context = consortium.context();
      expect(await cache.verify(text, context)).to.deep.equal(await verifyCode(text, context));
    }
  });
});
