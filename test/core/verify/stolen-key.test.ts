/**
 * A signing key is stolen at T, and the issuer says so later. What it anchored before T stays valid; nothing
 * that the key signed since then is, whoever anchored it or backdated it.
 */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { ReasonCode } from '../../../core/verify/reasons.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { makeConsortium, vaccinationRecord, type IssuedCode } from '../../support/consortium.ts';

const BATCH = 50;
const HOUR = 3600;

describe('a stolen signing key', () => {
  it('costs nothing that was anchored before the theft, and gains nothing after it', async () => {
    const consortium = makeConsortium({ seed: 11 });
    const records = Array.from({ length: BATCH }, () => vaccinationRecord());
    const before = await consortium.issueCodes(records);
    consortium.advance(HOUR);
    const theft = consortium.nowSeconds;
    const after = await consortium.issueCodes(records);
    const backdate = (claims: IssuedCode['claims']): IssuedCode['claims'] => ({
      ...claims,
      iat: claims.iat - HOUR,
    });
    const backdated = await consortium.issueCodes(records, { change: backdate, isAnchored: false });
    const anchoredForgeries = await consortium.issueCodes(records, { change: backdate });
    const { id: issuer, key } = consortium.issuer;

    const tally = async (codes: readonly IssuedCode[]): Promise<Readonly<Record<string, number>>> => {
      const counts: Partial<Record<ReasonCode | 'pass', number>> = {};
      for (const { text } of codes) {
        const { outcome, reasons } = await verifyCode(text, consortium.context());
        const answer = outcome === 'pass' ? 'pass' : (reasons[0] ?? 'COULD_NOT_DECIDE');
        counts[answer] = (counts[answer] ?? 0) + 1;
      }
      return counts;
    };

    // Before anybody knows: a forgery that is not on the ledger is already not green.
    expect(await tally(backdated)).to.deep.equal({ ROOT_NOT_SEEN: BATCH });

    consortium.block([
      { event: 'KeyCompromised', issuer, thumbprint: key.thumbprint, compromisedFrom: theft },
    ]);
    expect(await tally(before)).to.deep.equal({ pass: BATCH });
    for (const codes of [after, backdated, anchoredForgeries]) {
      expect(await tally(codes)).to.deep.equal({ KEY_COMPROMISED: BATCH });
    }
  });
});
