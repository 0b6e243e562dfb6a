/** DIVOC certificates: the project's own good and bad ones, and a CoWIN sample with a dummy signature. */
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'mocha';
import { expect } from 'chai';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';

const CORPUS = 'divoc';
const NOW = Date.UTC(2022, 5, 1) / 1000;
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

describeCorpus(CORPUS, (folder) => {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const pem = (path: string): string => read(path).replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const good = read('divoc/ed25519-valid.json');
  const trust = (): Promise<ForeignTrust> =>
    trustOf({
      divoc: [
        { issuer: 'https://divoc.dev/', publicKey: ed25519(read('divoc/ed25519-public-key-base58.txt')) },
        { issuer: 'https://divoc.dev/', publicKey: pem('divoc/rsa-public-key.pem') },
        { issuer: 'https://cowin.gov.in/', publicKey: pem('contexts/did-india.pem'), country: 'IN' },
      ],
    });
  const verdictOn = async (text: string): Promise<Verdict> => verdictWith(text, await trust(), NOW);

  it('is good, bad or a dummy as its corpus says', async () => {
    const agreement = new Agreement(CORPUS);
    const zip = readFileSync(join(folder, 'kde/partial-vaccination.bin'), 'latin1');
    for (const [file, text, expected] of [
      ['divoc/ed25519-valid.json', good, ''],
      ['divoc/rsa-modified-invalid.json', read('divoc/rsa-modified-invalid.json'), 'SIGNATURE_INVALID'],
      ['kde/partial-vaccination.json', read('kde/partial-vaccination.json'), 'SIGNATURE_INVALID'],
      ['kde/partial-vaccination.bin', zip, 'SIGNATURE_INVALID'],
    ] as const) {
      const { reasons } = await verdictOn(text);
      agreement.count(file, 'certificate', reasons.join() === expected, reasons.join());
    }
    agreement.conclude('certificates', 4, ['certificate']);
  });

  it('becomes a record of ours', async () => {
    const verdict = await verdictOn(good);
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.evidence.foreign?.facts?.records).to.deep.equal([
      {
        type: 'vaccination',
        local: false,
        subject: { nameEn: 'Bhaya Mitra', sex: 'M' },
        disease: 'sct|840539006',
        date: '2020-12-02',
        lot: 'MB3428BX',
        centre: 'ABC Medical Center',
        country: 'IN',
      },
    ]);
  });

  it('says what was asked for when it was made', async () => {
    const [request] = JSON.parse(read('bulk-input/certify.json')) as readonly [
      Readonly<Record<'recipient' | 'vaccination' | 'facility', Readonly<Record<string, unknown>>>>,
    ];
    const record = (await verdictOn(good)).evidence.foreign?.facts?.records[0];
    const { facility, recipient, vaccination } = request;
    expect(record?.subject).to.deep.equal({ nameEn: recipient['name'], sex: 'M' });
    expect(record).to.deep.include({
      lot: vaccination['batch'],
      date: String(vaccination['date']).slice(0, 'YYYY-MM-DD'.length),
      centre: facility['name'],
    });
  });

  it('is in no input for bulk issuing', async () => {
    const agreement = new Agreement(CORPUS);
    for (const file of readdirSync(join(folder, 'bulk-input'))) {
      const { outcome, evidence } = await verdictOn(read(`bulk-input/${file}`));
      expect([outcome === 'pass', evidence.signature], file).to.deep.equal([false, 'not-checked']);
      agreement.count(`bulk-input/${file}`, 'input', false);
    }
    agreement.conclude('inputs for issuing', 3, ['input']);
  });

  it('in a ZIP is read before its signer is known', async () => {
    const zip = readFileSync(join(folder, 'kde/partial-vaccination.bin'), 'latin1');
    const verdict = await verdictWith(zip, {}, NOW);
    expect(verdict.reasons).to.deep.equal(['TRUST_LIST_MISSING']);
    expect(verdict.evidence.foreign?.unverified?.records[0]).to.deep.include({
      type: 'vaccination',
      country: 'IN',
    });
  });

  const changes: readonly (readonly [from: string, to: string, reasons: readonly string[]])[] = [
    ['Bhaya Mitra', 'Bhaya Mitre', ['SIGNATURE_INVALID']],
    ['"Male"', '"Female"', ['SIGNATURE_INVALID']],
    ['2020-12-02T', '2020-12-03T', ['SIGNATURE_INVALID']],
    ['"created":"2021-08-27', '"created":"2021-08-28', ['SIGNATURE_INVALID']],
    ['"assertionMethod"', '"authentication"', ['SIGNATURE_INVALID']],
    ['https://divoc.dev/"', 'https://divoc.example/"', ['SIGNER_UNKNOWN']],
    [
      'credentials/vaccination/v1"',
      'credentials/vaccination/v1","https://evil.example/v1"',
      ['CONTENT_NOT_SUPPORTED'],
    ],
    ['"nonTransferable"', '"extra":"unsigned","nonTransferable"', ['CONTENT_NOT_SUPPORTED']],
    ['"name":"Bhaya Mitra"', '"name":"Bhaya Mitra","name":"X"', ['CODE_MALFORMED']],
    ['Ed25519Signature2018', 'Ed25519Signature2020', ['ALGORITHM_NOT_SUPPORTED']],
    ['"jws":"eyJhbGciOiJFZERTQSIs', '"jws":"eyJhbGciOiJub25lIiwi', ['CODE_MALFORMED']],
    [
      '"2020-12-02","effectiveUntil":"2025-12-02"',
      '"2025-12-02","effectiveUntil":"2020-12-01"',
      ['SIGNATURE_INVALID'],
    ],
  ];
  for (const [from, to, reasons] of changes) {
    it(`with ${to} for ${from} gives ${reasons.join()}`, async () => {
      expect(good).to.contain(from);
      expect((await verdictOn(good.replace(from, to))).reasons).to.deep.equal(reasons);
    });
  }

  it('whose members were exchanged under a signature that cannot tell them apart makes no sense', async () => {
    const { validity } = await verdictOn(
      good
        .replace('"date":"2020-12-02T19:21:18.646Z"', '"date":"2025-12-02"')
        .replace('"effectiveUntil":"2025-12-02"', '"effectiveUntil":"2020-12-02T19:21:18.646Z"'),
    );
    expect(validity).to.equal('invalid');
  });
});

/** SubjectPublicKeyInfo of an Ed25519 key in base58, base64. */
function ed25519(text: string): string {
  let value = 0n;
  for (const character of text.trim()) value = value * 58n + BigInt(BASE58.indexOf(character));
  return Buffer.from(`302a300506032b6570032100${value.toString(16).padStart(64, '0')}`, 'hex').toString(
    'base64',
  );
}
