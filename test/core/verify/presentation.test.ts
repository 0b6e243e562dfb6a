/** Dynamic codes: a screenshot is refused, a clock that is a little wrong is not, and nothing of one is remembered. */
import { expect } from 'chai';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import { ANY_GATE, audienceGate, type Occasion } from '../../../core/qr/presentation.ts';
import { decodeCode, encodeCode } from '../../../core/qr/code.ts';
import { CodeCache } from '../../../core/verify/code-cache.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeConsortium, vaccinationRecord } from '../../support/consortium.ts';
import { makeHolder } from '../../support/holder.ts';

const GATE = 7;
const OTHER_GATE = 8;
const policy = { ...defaultPolicy, acceptStaticPrint: false };

describe('a dynamic code', () => {
  const consortium = makeConsortium({ seed: 11 });
  const holder = makeHolder();
  let print: string;
  let printWithoutKey: string;

  before(async () => {
    const record = vaccinationRecord();
    const [bound] = await consortium.issueCodes([record], { holderKey: holder.jwk });
    const [free] = await consortium.issueCodes([record]);
    print = bound?.text ?? '';
    printWithoutKey = free?.text ?? '';
  });

  const live = (occasion: Partial<Occasion> = {}): string =>
    holder.present(print, { timeSeconds: consortium.nowSeconds, gate: GATE, ...occasion });
  const at = (text: string, gate?: number): Promise<Verdict> =>
    verifyCode(text, consortium.context({ policy, ...(gate === undefined ? {} : { gate }) }));
  const made = (agoSeconds: number): string => live({ timeSeconds: consortium.nowSeconds - agoSeconds });

  it('passes where a print does not', async () => {
    expect(await at(print, GATE)).to.include({ outcome: 'refer' });
    const verdict = await at(live(), GATE);
    expect(verdict).to.include({ outcome: 'pass', validity: 'valid' });
    expect(verdict.steps.find(({ step }) => step === 'holder')).to.deep.equal({
      step: 'holder',
      result: 'ok',
    });
    expect(verdict.evidence.presentation).to.deep.equal({
      timeSeconds: consortium.nowSeconds,
      gate: GATE,
    });
  });

  it('passes for a minute, and from a clock that is up to 30 seconds off either way', async () => {
    for (let agoSeconds = -30; agoSeconds <= 60; agoSeconds++) {
      expect((await at(made(agoSeconds), GATE)).outcome, `${agoSeconds} s`).to.equal('pass');
    }
  });

  it('is refused as a screenshot older than a minute, 100 times of 100', async () => {
    for (let i = 0; i < 100; i++) {
      const { outcome, reasons } = await at(made(61 + i * i), GATE);
      expect([outcome, ...reasons]).to.deep.equal(['refer', 'PRESENTATION_NOT_CURRENT']);
    }
  });

  it('is for its gate, or for any that it names none for', async () => {
    expect((await at(live(), OTHER_GATE)).reasons).to.deep.equal(['PRESENTATION_OTHER_GATE']);
    expect((await at(live())).reasons).to.deep.equal(['PRESENTATION_OTHER_GATE']);
    for (const gate of [GATE, OTHER_GATE, undefined]) {
      expect((await at(live({ gate: ANY_GATE }), gate)).outcome).to.equal('pass');
    }
  });

  it('made by another than the holder is no good, nor one of a credential without a holder key', async () => {
    const occasion = { timeSeconds: consortium.nowSeconds, gate: GATE };
    const thief = await at(makeHolder().present(print, occasion), GATE);
    expect([thief.outcome, ...thief.reasons]).to.deep.equal(['stop', 'PRESENTATION_INVALID']);
    expect(thief.evidence).not.to.have.property('presentation');
    expect((await at(holder.present(printWithoutKey, occasion), GATE)).reasons).to.deep.equal([
      'PRESENTATION_INVALID',
    ]);
  });

  it('cannot be put on another credential, nor moved in time or to another gate', async () => {
    const parts = decodeCode(live());
    const { presentation } = parts;
    if (presentation === undefined) throw new Error('a live code has a presentation');
    const changes = fc.constantFrom(
      { gate: ANY_GATE },
      { timeSeconds: presentation.timeSeconds - 1 },
      { signature: presentation.signature.with(40, (presentation.signature[40] ?? 0) ^ 1) },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const text = encodeCode({ ...parts, presentation: { ...presentation, ...change } });
        expect((await at(text, GATE)).reasons).to.deep.equal(['PRESENTATION_INVALID']);
      }),
      { numRuns: 20 },
    );
    const moved = encodeCode({ ...decodeCode(printWithoutKey), presentation });
    expect((await at(moved, GATE)).reasons).to.deep.equal(['PRESENTATION_INVALID']);
  });

  it('made for an audience is for that alone: no gate takes it, nor it what was made for a gate', async () => {
    const here = toUtf8('this counter');
    const there = toUtf8('another counter');
    const counter = (audience: Uint8Array, text: string): Promise<Verdict> =>
      verifyCode(text, consortium.context({ policy, gate: GATE, audience }));
    const shown = holder.presentTo(here, print, consortium.nowSeconds);
    const its = audienceGate(nodeCrypto, here);
    expect((await counter(here, shown)).outcome).to.equal('pass');
    expect((await counter(there, shown)).reasons).to.deep.equal(['PRESENTATION_OTHER_GATE']);
    for (const gate of [GATE, undefined])
      expect((await at(shown, gate)).reasons).to.deep.equal(['PRESENTATION_OTHER_GATE']);
    expect((await at(shown, its)).reasons).to.deep.equal(['PRESENTATION_INVALID']);
    for (const gate of [GATE, ANY_GATE])
      expect((await counter(here, live({ gate }))).reasons).to.deep.equal(['PRESENTATION_OTHER_GATE']);
    expect((await counter(here, live({ gate: its }))).reasons).to.deep.equal(['PRESENTATION_INVALID']);
  });

  it('is judged as one where prints are taken too', async () => {
    const verdict = await verifyCode(made(61), consortium.context({ gate: GATE }));
    expect(verdict.reasons).to.deep.equal(['PRESENTATION_NOT_CURRENT']);
  });

  it('is never answered from memory: not later, and not at another gate', async () => {
    const cache = new CodeCache({ maxEntries: 10 });
    const text = live();
    const shown = async (changes: object): Promise<string> =>
      (await cache.verify(text, consortium.context({ policy, gate: GATE, ...changes }))).outcome;
    expect(await shown({})).to.equal('pass');
    expect(await shown({ gate: OTHER_GATE })).to.equal('refer');
    expect(await shown({ nowSeconds: consortium.nowSeconds + 61 })).to.equal('refer');
    expect(cache.size).to.equal(0);
  });

  it('is judged alike when signatures are checked asynchronously, as in a page', async () => {
    const context = consortium.context({ policy, gate: GATE });
    const crypto = {
      ...context.crypto,
      verifyEs256: async (...given: Parameters<typeof context.crypto.verifyEs256>) =>
        context.crypto.verifyEs256(...given),
    };
    for (const text of [print, live(), made(61), makeHolder().present(print, { timeSeconds: 0, gate: 0 })]) {
      expect(await verifyCode(text, { ...context, crypto })).to.deep.equal(await verifyCode(text, context));
    }
  });
});
