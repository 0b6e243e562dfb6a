/** A turnstile opens on a decision that is the verifier's, for this gate, about this question, and now. */
import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import type { ForeignPublicKey } from '../../core/crypto.ts';
import {
  codeMark,
  DECISION_SECONDS,
  NONCE_BYTES,
  policyMark,
  verifyDecision,
  type Decision,
  type DecisionCheck,
} from '../../core/verify/decision.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { Random } from '../support/random.ts';
import { testSeed } from '../support/scale.ts';
import { testSigner } from '../support/signers.ts';
import { expectRejects } from '../support/throws-code.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

const GATE = 7;
const random = new Random(testSeed);

function keyOf(publicKey: Uint8Array): ForeignPublicKey {
  return nodeCrypto.importSpki(concatBytes(fromHex('0x302a300506032b6570032100'), publicKey));
}

describe('a turnstile', () => {
  const consortium = makeConsortium({ seed: 14 });
  const signer = testSigner(5);
  const key = keyOf(signer.publicKey);
  const nonce = random.bytes(NONCE_BYTES);
  let verifier: TestVerifier;
  let good: string;
  let decision: string;
  let decidedAt: number;

  before(async () => {
    const turnstile = { signer, nowSeconds: () => consortium.nowSeconds };
    verifier = await buildTestVerifier(consortium, { policies: ['base', 'ledger'], turnstile });
    good = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
    decision = (await ask(good)).decision;
    decidedAt = consortium.nowSeconds;
  });
  after(() => verifier.app.close());

  async function ask(code: string, more: object = {}): Promise<{ outcome: string; decision: string }> {
    const payload = { code, gate: GATE, nonce: toBase64url(nonce), ...more };
    const response = await verifier.app.inject({ method: 'POST', url: '/turnstile', payload });
    expect(response.statusCode, response.body).to.equal(200);
    expect(response.headers['cache-control']).to.equal('no-store');
    return response.json();
  }
  const check = (text: string, changes: Partial<DecisionCheck> = {}): Promise<Decision> =>
    verifyDecision(nodeCrypto, text, {
      key,
      gate: GATE,
      nonce,
      policy: 'base',
      code: good,
      nowSeconds: consortium.nowSeconds,
      ...changes,
    });

  it('reads outcome, gate, time, policy and state from a decision, and nothing else is in it', async () => {
    const { block, stateVersion, ...read } = await check(decision);
    expect(read).to.deep.equal({
      outcome: 'pass',
      gate: GATE,
      timeSeconds: decidedAt,
      policyMark: policyMark(nodeCrypto, 'base'),
      policyVersion: 1,
      nonce,
      codeMark: codeMark(nodeCrypto, nonce, good),
    });
    expect([block, stateVersion]).to.deep.equal([consortium.state.head.number, consortium.state.version]);
    // 71 bytes of the fields above and a signature: there is no room for anything about a person.
    expect(fromBase64url(decision)).to.have.length(71 + 64);
  });

  it('is told "stop" for what is no good, signed as well', async () => {
    const answer = await ask('hello');
    expect(answer.outcome).to.equal('stop');
    expect((await check(answer.decision, { code: 'hello' })).outcome).to.equal('stop');
  });

  it('is told that another gate has just seen the code', async () => {
    const code = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
    expect((await ask(code)).outcome).to.equal('pass');
    expect((await ask(code, { gate: GATE + 1 })).outcome).to.equal('refer');
  });

  it('does not open twice on one decision: the next question has another nonce', async () => {
    await expectRejects(check(decision, { nonce: random.bytes(NONCE_BYTES) }), 'DECISION_OTHER_NONCE');
  });

  it('does not open on one that comes late, or from a clock that is far off', async () => {
    const at = (seconds: number): Promise<Decision> => check(decision, { nowSeconds: decidedAt + seconds });
    for (const seconds of [-DECISION_SECONDS, DECISION_SECONDS])
      expect((await at(seconds)).outcome).to.equal('pass');
    for (const seconds of [-DECISION_SECONDS - 1, DECISION_SECONDS + 1, Number.NaN]) {
      await expectRejects(at(seconds), 'DECISION_NOT_CURRENT');
    }
  });

  it('does not open on one for another gate, or by another key', async () => {
    await expectRejects(check(decision, { gate: GATE + 1 }), 'DECISION_OTHER_GATE');
    await expectRejects(check(decision, { key: keyOf(testSigner(6).publicKey) }), 'DECISION_SIGNATURE');
  });

  it('does not open on one by a policy that it does not ask, whoever asked for it', async () => {
    const lax = await ask(good, { policy: 'ledger' });
    expect(lax.outcome).to.equal('pass');
    await expectRejects(check(lax.decision), 'DECISION_OTHER_POLICY');
    expect((await check(lax.decision, { policy: 'ledger' })).outcome).to.equal('pass');
  });

  it('does not open on one about a code that it has not read, and none shows which it was', async () => {
    await expectRejects(check(decision, { code: 'hello' }), 'DECISION_OTHER_CODE');
    const [mark, again] = [nonce, random.bytes(NONCE_BYTES)].map((one) => codeMark(nodeCrypto, one, good));
    expect(mark).not.to.deep.equal(again);
  });

  it('does not open on one with any bit changed, cut or made longer', async () => {
    const bytes = fromBase64url(decision);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8)));
      await expectRejects(check(toBase64url(changed)), 'DECISION_SIGNATURE');
    }
    for (const text of ['', '!', decision.slice(4), `${decision}AAAA`]) {
      await expectRejects(check(text), 'DECISION_MALFORMED');
    }
  });

  it('has to name its gate and draw a nonce of 18 bytes', async () => {
    const whole = { code: good, gate: GATE, nonce: toBase64url(nonce) };
    const wrong = [
      { ...whole, nonce: 'AAAA' },
      { ...whole, nonce: undefined },
      { ...whole, gate: undefined },
      { ...whole, gate: 0 },
    ];
    for (const payload of wrong) {
      const body = Buffer.from(JSON.stringify(payload));
      const headers = { 'content-type': 'application/json' };
      const response = await verifier.app.inject({
        method: 'POST',
        url: '/turnstile',
        headers,
        payload: body,
      });
      expect(response.json()).to.include({ code: 'REQUEST_INVALID' });
    }
  });

  it('is not answered where no key is set', async () => {
    const { app } = await buildTestVerifier(consortium);
    const payload = { code: good, gate: GATE, nonce: toBase64url(nonce) };
    expect((await app.inject({ method: 'POST', url: '/turnstile', payload })).statusCode).to.equal(404);
    await app.close();
  });
});
