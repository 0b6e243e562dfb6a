/** EU certificates on the revocation lists that an operator holds: each kind of hash, by the key that signed. */
import { createHash } from 'node:crypto';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase45 } from '../../../core/bytes/base45.ts';
import { fromZlib } from '../../../core/bytes/zlib.ts';
import { parseSign1 } from '../../../core/foreign/cose/sign1.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { expectRejects } from '../../issuer/support/rejects-code.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import { JUDGED_AT, makeHcertSigner } from './support/hcert-signer.ts';

const UVCI = 'URN:UVCI:01:PT:10807843F94AEE0EE5093FBC254BD813#B';
const signer = makeHcertSigner();
const code = signer.issue();
const { signature } = parseSign1(fromZlib(fromBase45(code, 4), 8192));

interface Batch {
  readonly kid?: string;
  readonly hashType: string;
  readonly hash: string;
}

function fileOf(...batches: readonly Batch[]): object {
  const hcertRevocations = batches.map(({ kid = base64(signer.kid), hashType, hash }) => {
    return { country: 'PT', kid, hashType, entries: [{ hash }] };
  });
  return { hcert: [{ certificate: signer.certificate }], hcertRevocations };
}

async function verdictOf(...batches: readonly Batch[]): Promise<Verdict> {
  return verdictWith(code, await trustOf(fileOf(...batches)), JUDGED_AT);
}

describe('a revocation list of EU certificates', () => {
  for (const [hashType, hashed] of [
    ['UCI', UVCI],
    ['COUNTRYCODEUCI', `PT${UVCI}`],
    ['SIGNATURE', signature.subarray(0, 32)],
  ] as const) {
    it(`with the hash of type ${hashType} stops the certificate`, async () => {
      const verdict = await verdictOf({ hashType, hash: hashOf(hashed) });
      expect(verdict).to.deep.include({ outcome: 'stop', reasons: ['STATUS_REVOKED'] });
    });
  }

  it('with the hash of another certificate lets it pass, and the step says that it was asked', async () => {
    const verdict = await verdictOf({ hashType: 'UCI', hash: hashOf('URN:UVCI:01:PT:2') });
    expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
    expect(verdict.steps).to.deep.include({ step: 'status', result: 'ok' });
  });

  it('of another signer is not asked', async () => {
    const kid = base64(makeHcertSigner().kid);
    expect((await verdictOf({ kid, hashType: 'UCI', hash: hashOf(UVCI) })).outcome).to.equal('pass');
  });

  it('that nobody gave leaves the step unchecked', async () => {
    const trust = await trustOf({ hcert: [{ certificate: signer.certificate }] });
    const verdict = await verdictWith(code, trust, JUDGED_AT);
    expect(verdict.steps).to.deep.include({ step: 'status', result: 'not-checked' });
  });

  it('of another form is refused as a whole', async () => {
    const hash = hashOf(UVCI);
    for (const bad of [
      { hashType: 'MD5', hash },
      { hashType: 'UCI', hash: 'AAAA' },
    ])
      await expectRejects(() => trustOf(fileOf(bad)), 'TRUST_LIST_INVALID');
  });
});

function hashOf(value: string | Uint8Array): string {
  return base64(createHash('sha256').update(value).digest().subarray(0, 16));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
