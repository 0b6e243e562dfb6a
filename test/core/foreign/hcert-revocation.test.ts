/** HCERTs taken back one by one, by the hashes of the EU's gateway. */
import { Buffer } from 'node:buffer';
import { createHash, sign } from 'node:crypto';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase45, toBase45 } from '../../../core/bytes/base45.ts';
import { toCbor } from '../../../core/bytes/cbor-writer.ts';
import { fromZlib, toZlib } from '../../../core/bytes/zlib.ts';
import { COSE_HEADER, parseSign1, signedBytesOf } from '../../../core/foreign/cose/sign1.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { TrustListError } from '../../../core/foreign/trust-error.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeCertificate } from './support/certificates.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import { JUDGED_AT, makeHcertSigner } from './support/hcert-signer.ts';

const signer = makeHcertSigner();
const other = makeHcertSigner();
const code = signer.issue();
const sign1 = parseSign1(fromZlib(fromBase45(code, 4), 8192));
const { signature } = sign1;
const uci = 'URN:UVCI:01:PT:10807843F94AEE0EE5093FBC254BD813#B';

interface Batch {
  readonly country: string;
  readonly expires: string;
  readonly kid: string;
  readonly hashType: string;
  readonly entries: readonly { readonly hash: string }[];
}

const hashOf = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest().subarray(0, 16).toString('base64');

/** As the gateway has it. */
function batchOf(hashType: string, hash: string, changes: Partial<Batch> = {}): Batch {
  const kid = Buffer.from(signer.kid).toString('base64');
  return { country: 'PT', expires: '2023-06-01T00:00:00Z', kid, hashType, entries: [{ hash }], ...changes };
}

async function verdictWithBatches(...hcertRevocations: readonly Batch[]): Promise<Verdict> {
  const hcert = [{ certificate: signer.certificate }, { certificate: other.certificate }];
  return verdictWith(code, await trustOf({ hcert, hcertRevocations }), JUDGED_AT);
}

const statusOf = ({ steps }: Verdict): string | undefined =>
  steps.find(({ step }) => step === 'status')?.result;

describe('a list of revoked HCERTs', () => {
  const listed: Readonly<Record<string, Batch>> = {
    'the first half of an ECDSA signature': batchOf('SIGNATURE', hashOf(signature.subarray(0, 32))),
    'the identifier': batchOf('UCI', hashOf(uci)),
    'the country and the identifier': batchOf('COUNTRYCODEUCI', hashOf(`PT${uci}`)),
    'the identifier, of a key that nobody knew': batchOf('UCI', hashOf(uci), { kid: 'UNKNOWN_KID' }),
    'the identifier, in a batch that has expired': batchOf('UCI', hashOf(uci), {
      expires: '2022-01-01T00:00:00Z',
    }),
  };
  for (const [what, batch] of Object.entries(listed)) {
    it(`stops a code by ${what}`, async () => {
      const verdict = await verdictWithBatches(batchOf('UCI', hashOf('another')), batch);
      expect(verdict).to.deep.include({ outcome: 'stop', validity: 'invalid', reasons: ['STATUS_REVOKED'] });
    });
  }

  const spared: Readonly<Record<string, Batch>> = {
    'the whole signature, which its mirror image would escape': batchOf('SIGNATURE', hashOf(signature)),
    'the hash of another type': batchOf('COUNTRYCODEUCI', hashOf(uci)),
    'another country and the identifier': batchOf('COUNTRYCODEUCI', hashOf(`DE${uci}`)),
    'another key': batchOf('UCI', hashOf(uci), { kid: Buffer.from(other.kid).toString('base64') }),
    'any key of another country': batchOf('UCI', hashOf(uci), { kid: 'UNKNOWN_KID', country: 'DE' }),
  };
  for (const [what, batch] of Object.entries(spared)) {
    it(`does not stop a code by ${what}`, async () => {
      const verdict = await verdictWithBatches(batch);
      expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
      expect(statusOf(verdict)).to.equal('ok');
    });
  }

  it('stops a code whose holder names another certificate of the same key', async () => {
    const renewed = makeCertificate({ subject: signer.signer, issuer: signer.authority, serial: 2 });
    const renewedKid = nodeCrypto.sha256(renewed).slice(0, 8);
    const { payload } = sign1;
    const protectedBytes = toCbor(new Map([[COSE_HEADER.alg, -7]]));
    const key = { key: signer.signer.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const ownSignature = new Uint8Array(sign('sha256', signedBytesOf({ protectedBytes, payload }), key));
    const textWith = (kid: Uint8Array): string => {
      const unprotected = new Map([[COSE_HEADER.kid, kid]]);
      return `HC1:${toBase45(toZlib(toCbor([protectedBytes, unprotected, payload, ownSignature])))}`;
    };
    const hcert = [signer.certificate, Buffer.from(renewed).toString('base64')];
    for (const batches of [[], [batchOf('SIGNATURE', hashOf(ownSignature.subarray(0, 32)))]]) {
      const entries = hcert.map((certificate) => ({ certificate }));
      const trust = await trustOf({ hcert: entries, hcertRevocations: batches });
      for (const kid of [signer.kid, renewedKid]) {
        const { reasons } = await verdictWith(textWith(kid), trust, JUDGED_AT);
        expect(reasons).to.deep.equal(batches.length === 0 ? [] : ['STATUS_REVOKED']);
      }
    }
  });

  it('that the operator does not give is not checked, and the verdict says so', async () => {
    const trust = await trustOf({ hcert: [{ certificate: signer.certificate }] });
    expect(statusOf(await verdictWith(code, trust, JUDGED_AT))).to.equal('not-checked');
  });

  const wrong: Readonly<Record<string, readonly [changes: object, place: string]>> = {
    'a type that is not known': [{ hashType: 'RID' }, 'hcertRevocations[0].hashType'],
    'a hash of another length': [{ entries: [{ hash: 'AAAA' }] }, 'hcertRevocations[0].entries[0].hash'],
    'a country that is none': [{ country: 'Portugal' }, 'hcertRevocations[0].country'],
    'a member that is not known': [{ extra: 1 }, 'hcertRevocations[0].extra'],
  };
  for (const [what, [changes, place]] of Object.entries(wrong)) {
    it(`with ${what} is refused by name`, async () => {
      const batch = { ...batchOf('UCI', hashOf(uci)), ...changes };
      const file = { hcert: [{ certificate: signer.certificate }], hcertRevocations: [batch] };
      const error: unknown = await trustOf(file).catch((thrown: unknown) => thrown);
      if (!(error instanceof TrustListError)) throw new Error('it was taken');
      expect(error.code).to.equal('TRUST_LIST_INVALID');
      expect(error.message).to.include(place);
    });
  }
});
