/** Hong Kong's records: read strictly, unverified unless a key is pinned. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const NOW = Date.UTC(2022, 10, 1) / 1000;

const VAC =
  'HKSARG|VAC|3.00|1|R123|****456(7)|CHAN T** M**|15-03-2021|CoronaVac||001|,|10-02-2022|BNT162b2||01-01-1980,3||20-02-2022 09:30';
const MEC =
  'HKSARG|MEC|3.00|1|R124|****456(7)|CHAN T** M**||||002|31-12-2022|||||01-01-1980,||20-02-2022 09:30';

function signed(fields: string): string {
  const before = `${fields}|`;
  return before + sign('sha256', Buffer.from(before), privateKey).toString('base64');
}

async function verdictOn(text: string, keyVersion = '1'): Promise<Verdict> {
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return verdictWith(text, await trustOf({ hk: [{ keyVersion, publicKey: spki }] }), NOW);
}

describe('a Hong Kong record', () => {
  it('is unverified while no key is pinned, and its claims stand apart', async () => {
    const verdict = await verdictWith(signed(VAC), {}, NOW);
    expect(verdict).to.deep.include({
      outcome: 'refer',
      validity: 'unconfirmed',
      reasons: ['TRUST_LIST_MISSING'],
    });
    expect(verdict.evidence.format).to.equal('Hong Kong vaccination record');
    expect(verdict.evidence.foreign?.unverified?.records).to.deep.equal([
      {
        type: 'vaccination',
        local: false,
        subject: { nameEn: 'CHAN T** M**', docNumber: '****456(7)', dob: '1980-01-01' },
        foreignId: 'R123',
        product: 'hk|BNT162b2',
        doseNumber: 3,
        date: '2022-02-10',
        country: 'HK',
      },
      {
        type: 'vaccination',
        local: false,
        subject: { nameEn: 'CHAN T** M**', docNumber: '****456(7)', dob: '1980-01-01' },
        foreignId: 'R123',
        product: 'hk|CoronaVac',
        doseNumber: 2,
        date: '2021-03-15',
        country: 'HK',
      },
    ]);
    expect(verdict.evidence.foreign).to.not.have.property('facts');
  });

  it('is good under the pinned key of its version only', async () => {
    expect(await verdictOn(signed(VAC))).to.include({ outcome: 'pass', validity: 'valid' });
    expect((await verdictOn(signed(VAC), '2')).reasons).to.deep.equal(['SIGNER_UNKNOWN']);
  });

  it('may be an exemption, until the end of its last day in Hong Kong', async () => {
    const verdict = await verdictOn(signed(MEC));
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.evidence.type).to.equal('exemption');
    expect(verdict.evidence.foreign?.expiresAtSeconds).to.equal(Date.UTC(2022, 11, 31, 16) / 1000);
    expect((await verdictOn(signed(MEC.replace('31-12-2022', '31-10-2022')))).reasons).to.deep.equal([
      'EXPIRED',
    ]);
  });

  const cases: readonly (readonly [why: string, text: string, reasons: readonly string[]])[] = [
    ['a changed field', signed(VAC).replace('10-02-2022', '11-02-2022'), ['SIGNATURE_INVALID']],
    ['no signature', `${VAC}|`, ['CODE_MALFORMED']],
    ['a word for a signature', `${VAC}|unsigned`, ['CODE_MALFORMED']],
    ['one field too many', signed(`${VAC}|x`), ['CONTENT_NOT_SUPPORTED']],
    ['one field too few', signed(VAC.replace('|001|', '|')), ['CONTENT_NOT_SUPPORTED']],
    ['a day that does not exist', signed(VAC.replace('10-02-2022', '30-02-2022')), ['CODE_MALFORMED']],
    ['no dose', signed(VAC.replace('15-03-2021', '').replace('10-02-2022', 'NA')), ['CODE_MALFORMED']],
    ['a name with digits', signed(VAC.replace('CHAN', 'CH4N')), ['CODE_MALFORMED']],
    ['no time of print', signed(VAC.replace('20-02-2022 09:30', '')), ['CODE_MALFORMED']],
    ['a print from tomorrow', signed(VAC.replace('20-02-2022', '03-11-2022')), ['ISSUED_IN_FUTURE']],
    ['more characters than any record', signed(VAC.replace('R123', 'R'.repeat(2000))), ['CODE_TOO_LONG']],
    ['another type', signed(VAC.replace('|VAC|', '|TST|')), ['FORMAT_NOT_SUPPORTED']],
  ];
  for (const [why, text, reasons] of cases) {
    it(`with ${why} gives ${reasons.join()}`, async () => {
      expect((await verdictOn(text)).reasons).to.deep.equal(reasons);
    });
  }
});
