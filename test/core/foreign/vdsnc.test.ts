/** ICAO seals: real ones with their authority, made ones one change at a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { makeAuthority, makeCertificate, makeRevocationList, USAGE } from './support/certificates.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import {
  csca,
  JUDGED_AT as NOW,
  seal,
  signer,
  signerCertificate,
  TEST_DATA,
  verdictOnSeal,
} from './support/seals.ts';

const CORPUS = 'vds-nc';

describeCorpus(CORPUS, (folder) => {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const base64 = (path: string): string => readFileSync(join(folder, path)).toString('base64');
  const authority = { certificate: base64('au-dfat/csca.der') };

  it('an Australian seal is good with its authority, one of Friesland is in no list', async () => {
    const agreement = new Agreement(CORPUS);
    const australian = await verdictWith(
      read('au-dfat/valid-vds.json'),
      await trustOf({ vdsnc: [authority] }),
      NOW,
    );
    agreement.count(
      'au-dfat/valid-vds.json',
      'seal',
      australian.outcome === 'pass',
      australian.reasons.join(),
    );
    for (const file of ['16f2.der', '16f5.der']) {
      const path = `kde/certs/3617c1e7f56795712e3775708e55833186e9380e/${file}`;
      const trust = await trustOf({ vdsnc: [{ certificate: base64(path) }] });
      const verdict = await verdictWith(read('au-dfat/valid-vds.json'), trust, NOW);
      agreement.count(path, 'seal', verdict.outcome === 'pass', verdict.reasons.join());
    }
    const friesland = await verdictWith(
      read('kde/single-vaccine.txt'),
      await trustOf({ vdsnc: [authority] }),
      NOW,
    );
    agreement.count(
      'kde/single-vaccine.txt',
      'seal',
      friesland.reasons.join() === 'SIGNER_UNKNOWN',
      friesland.reasons.join(),
    );
    agreement.conclude('seals', 4, ['seal']);
    expect(australian.evidence.foreign?.signer).to.deep.equal({ name: 'DFAT', country: 'AU' });
    expect(australian.evidence.foreign?.facts?.records[1]).to.deep.equal({
      type: 'vaccination',
      local: false,
      subject: { nameEn: 'CITIZEN, JOHN', dob: '2004-03-20', sex: 'M', docNumber: 'PA0940385' },
      disease: 'sct|840539006',
      product: 'icd11|XM68M6',
      doseNumber: 2,
      date: '2021-10-03',
      lot: 'Not recorded',
      centre: 'Primary Health',
      country: 'AU',
      foreignId: 'VB0009990025',
    });
  });

  it("the authority's revocation list is taken with its signature, and not beyond its time", async () => {
    const vdsncRevocations = [{ crl: base64('au-dfat/crl.der') }];
    const trust = await trustOf({ vdsnc: [authority], vdsncRevocations });
    const australian = read('au-dfat/valid-vds.json');
    const inTime = Date.UTC(2021, 9, 10) / 1000;
    expect((await verdictWith(australian, trust, inTime)).outcome).to.equal('pass');
    expect((await verdictWith(australian, trust, NOW)).reasons).to.deep.equal(['TRUST_LIST_STALE']);
    const changed = readFileSync(join(folder, 'au-dfat/crl.der'));
    changed[60]! ^= 1; // The file is longer.
    const error: unknown = await trustOf({
      vdsnc: [authority],
      vdsncRevocations: [{ crl: changed.toString('base64') }],
    }).catch((error: unknown) => error);
    expect(error).to.have.property('code').that.is.oneOf(['TRUST_LIST_SIGNATURE', 'TRUST_LIST_INVALID']);
  });

  it('every character of the signed data counts', async () => {
    const trust = await trustOf({ vdsnc: [authority] });
    const australian = read('au-dfat/valid-vds.json');
    for (const [from, to] of [
      ['PA0940385', 'PA0940386'],
      ['"seq": 1', '"seq": 2'],
      ['2021-04-02', '2021-04-03'],
      ['"M"', '"F"'],
    ] as const) {
      const verdict = await verdictWith(australian.replace(from, to), trust, NOW);
      expect(verdict.reasons, from).to.deep.equal(['SIGNATURE_INVALID']);
    }
    const spaced = await verdictWith(`[${JSON.stringify(JSON.parse(australian))}]`, trust, NOW);
    expect(spaced.outcome).to.equal('pass');
  });
});

describe('a visible digital seal', () => {
  it('of a test becomes a record of ours', async () => {
    const verdict = await verdictOnSeal(seal());
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.evidence.foreign?.facts?.records).to.deep.equal([
      {
        type: 'test',
        local: false,
        subject: { nameEn: 'CHAN, TAI MAN', dob: '1980-01-01', docNumber: 'K1' },
        method: 'loinc|LP6464-4',
        result: 'sct|260415000',
        collectedAt: '2022-05-31T08:00:00+10:00',
        laboratory: 'Lab',
        country: 'AU',
        foreignId: 'U1',
      },
    ]);
  });

  it('by a revoked signer is refused, by another not', async () => {
    expect(
      (await verdictOnSeal(seal(), [makeRevocationList({ issuer: csca, serials: [4, 5] })])).reasons,
    ).to.deep.equal(['SIGNER_REVOKED']);
    expect(
      (await verdictOnSeal(seal(), [makeRevocationList({ issuer: csca, serials: [4] })])).outcome,
    ).to.equal('pass');
  });

  it('counts the newest list of an authority', async () => {
    const old = makeRevocationList({ issuer: csca, serials: [5], thisUpdate: '20210101000000Z' });
    const recent = makeRevocationList({ issuer: csca, serials: [], thisUpdate: '20220101000000Z' });
    expect((await verdictOnSeal(seal(), [recent, old])).outcome).to.equal('pass');
  });

  const other = makeAuthority('AU', 'CSCA');
  const imitation = { ...other, keyId: csca.keyId };
  const cases: readonly (readonly [why: string, text: () => string, reasons: readonly string[]])[] = [
    [
      'a certificate that another made in the name of the authority',
      () => seal(TEST_DATA, makeCertificate({ subject: signer, issuer: imitation, usages: [USAGE.icaoVds] })),
      ['SIGNER_NOT_CERTIFIED'],
    ],
    [
      'a certificate of an authority that is in no list',
      () => seal(TEST_DATA, makeCertificate({ subject: signer, issuer: other, usages: [USAGE.icaoVds] })),
      ['SIGNER_UNKNOWN'],
    ],
    [
      'a certificate for something else',
      () => seal(TEST_DATA, makeCertificate({ subject: signer, issuer: csca, usages: [USAGE.test] })),
      ['ISSUER_TYPE_NOT_ALLOWED'],
    ],
    [
      'a certificate that has expired',
      () => seal(TEST_DATA, makeCertificate({ subject: signer, issuer: csca, notAfter: '20220101000000Z' })),
      ['KEY_NOT_VALID'],
    ],
    [
      'another country',
      () => seal({ ...TEST_DATA, hdr: { t: 'icao.test', v: 1, is: 'NZL' } }),
      ['ISSUER_MISMATCH'],
    ],
    [
      'another type',
      () => seal({ ...TEST_DATA, hdr: { t: 'icao.visa', v: 1, is: 'AUS' } }),
      ['CONTENT_NOT_SUPPORTED'],
    ],
    [
      'another version',
      () => seal({ ...TEST_DATA, hdr: { t: 'icao.test', v: 2, is: 'AUS' } }),
      ['CONTENT_NOT_SUPPORTED'],
    ],
    [
      'no person',
      () => seal({ hdr: { t: 'icao.vacc', v: 1, is: 'AUS' }, msg: { ve: [] } }),
      ['CONTENT_INVALID'],
    ],
    ['no algorithm', () => seal(TEST_DATA, signerCertificate, 'none'), ['CODE_MALFORMED']],
    [
      'an algorithm that is unknown',
      () => seal(TEST_DATA, signerCertificate, 'HS256'),
      ['ALGORITHM_NOT_SUPPORTED'],
    ],
    [
      'the algorithm of another curve',
      () => seal(TEST_DATA, signerCertificate, 'ES384'),
      ['SIGNATURE_INVALID'],
    ],
    ['a member twice', () => seal().replace('"pid":', '"pid":{},"pid":'), ['CODE_MALFORMED']],
    ['two seals', () => `[${seal()},${seal()}]`, ['CONTENT_NOT_SUPPORTED']],
    ['a certificate that is none', () => seal(TEST_DATA, new Uint8Array(9)), ['CODE_MALFORMED']],
  ];
  for (const [why, text, reasons] of cases) {
    it(`with ${why} gives ${reasons.join()}`, async () => {
      expect((await verdictOnSeal(text())).reasons).to.deep.equal(reasons);
    });
  }
});
