/** Records of ours told in the words of others, signed, and read back by the same readers that read theirs. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { HclError } from '../../../core/errors.ts';
import { toDcc } from '../../../core/foreign/hcert/from-record.ts';
import { parseDcc } from '../../../core/foreign/hcert/dcc-schema.ts';
import { cardTypesOf, toFhirBundle } from '../../../core/foreign/shc/from-record.ts';
import type { HealthRecord, RecoveryRecord } from '../../../core/record/record.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { trustOf, verdictWith } from './support/foreign-verdict.ts';
import { JUDGED_AT, makeHcertSigner } from './support/hcert-signer.ts';
import { makeShcSigner, SHC_ISSUER } from './support/shc-signer.ts';

const NOW = JUDGED_AT + 365 * 86_400;
const issuer = { name: 'HK-DH', certificateId: 'URN:UVCI:01:HK:7K3M9QAB#X' };
const records: readonly HealthRecord[] = [vaccinationRecord({ seriesDoses: 3 }), testRecord()];

const recovery: RecoveryRecord = {
  type: 'recovery',
  subject: vaccinationRecord().subject,
  disease: 'sct|840539006',
  firstPositiveOn: '2022-01-10',
  basis: 'hcl|naat',
  country: 'HK',
};

describe('a record of ours', () => {
  for (const record of records) {
    it(`of a ${record.type} is an EU certificate, and comes back as it was`, async () => {
      const signer = makeHcertSigner();
      const claim = toDcc(record, issuer);
      expect(parseDcc(claim)).to.equal(claim);
      const text = signer.issue({ claim, issuedAtSeconds: NOW - 60, expiresAtSeconds: NOW + 60 });
      const verdict = await verdictWith(
        text,
        await trustOf({ hcert: [{ certificate: signer.certificate }] }),
        NOW,
      );
      expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
      const [read] = verdict.evidence.foreign?.facts?.records ?? [];
      expectSame(read, record, [
        'disease',
        'product',
        'doseNumber',
        'seriesDoses',
        'date',
        'method',
        'result',
        'collectedAt',
        'laboratory',
        'country',
      ]);
    });

    it(`of a ${record.type} is a SMART Health Card, and comes back as it was`, async () => {
      const signer = makeShcSigner();
      const text = signer.issue({
        bundle: toFhirBundle(record),
        types: cardTypesOf(record),
        issuedAtSeconds: NOW - 60,
      });
      const verdict = await verdictWith(
        text,
        await trustOf({ shc: [{ iss: SHC_ISSUER, keys: signer.keys }] }),
        NOW,
      );
      expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
      const [read] = verdict.evidence.foreign?.facts?.records ?? [];
      expectSame(read, record, ['product', 'date', 'lot', 'method', 'result', 'collectedAt', 'laboratory']);
    });
  }

  it('of a recovery is an EU certificate from the 11th to the 180th day after the test', () => {
    const claim = toDcc(recovery, issuer);
    expect(parseDcc(claim)).to.equal(claim);
    expect(claim).to.have.nested.property('r[0].fr', '2022-01-10');
    expect(claim).to.have.nested.property('r[0].df', '2022-01-21');
    expect(claim).to.have.nested.property('r[0].du', '2022-07-09');
  });

  const unfit: Readonly<Record<string, () => unknown>> = {
    'a product without a code of the EU': () =>
      toDcc(vaccinationRecord({ product: 'hcl|X', seriesDoses: 2 }), issuer),
    'a dose without its series': () => {
      const { seriesDoses: _, ...record } = vaccinationRecord();
      return toDcc(record, issuer);
    },
    'a name without plain letters': () =>
      toDcc(
        vaccinationRecord({ subject: { ...vaccinationRecord().subject, nameEn: 'Łódź, Ø' }, seriesDoses: 2 }),
        issuer,
      ),
    'an infection shown otherwise than by nucleic acid': () =>
      toDcc({ ...recovery, basis: 'hcl|rat-declared' }, issuer),
    'a product without a code of health cards': () => toFhirBundle(vaccinationRecord({ product: 'hcl|X' })),
  };
  for (const [why, run] of Object.entries(unfit)) {
    it(`with ${why} is not told in other words`, () => {
      expect(run).to.throw(HclError).with.property('code', 'FOREIGN_RECORD_UNFIT');
    });
  }
});

function expectSame(read: unknown, record: HealthRecord, names: readonly string[]): void {
  for (const name of names) {
    const told = (record as unknown as Readonly<Record<string, unknown>>)[name];
    if (told !== undefined) expect(read).to.have.property(name, told);
  }
}
