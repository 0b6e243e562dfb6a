import { expect } from 'chai';
import { describe, it } from 'mocha';
import { bundleOf, OBSERVATION, PATIENT, type Json } from './fhir-samples.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';

const REPORT: Json = {
  resourceType: 'DiagnosticReport',
  id: 'r',
  status: 'final',
  subject: { reference: 'Patient/p' },
  result: [{ reference: 'Observation/o' }],
};

async function readFhir(value: unknown): ReturnType<typeof readAllRows> {
  return readAllRows('application/fhir+json', JSON.stringify(value), { country: 'HK' });
}

async function summaryOf(value: unknown): Promise<readonly string[]> {
  return summarise(await readFhir(value));
}

/** A report that contains everything it speaks of. */
function reportWith(observation: Json, changes: Json = {}): Json {
  const { id: _, subject: __, ...rest } = observation;
  const contained = [PATIENT, { ...rest, id: 'o' }];
  return { ...REPORT, subject: { reference: '#p' }, result: [{ reference: '#o' }], contained, ...changes };
}

describe('a DiagnosticReport', () => {
  it('whose Observations stand beside it gives no row of its own', async () => {
    expect(await summaryOf(bundleOf(PATIENT, REPORT, OBSERVATION))).to.deep.equal(['3 ok']);
  });

  for (const status of ['registered', 'partial', 'preliminary', 'cancelled', 'entered-in-error', undefined]) {
    it(`that is ${status ?? 'without status'} takes its Observations with it`, async () => {
      expect(await summaryOf(bundleOf(PATIENT, { ...REPORT, status }, OBSERVATION))).to.deep.equal([
        '2 DiagnosticReport.status INTAKE_FHIR_STATUS',
        '3 DiagnosticReport.status INTAKE_FHIR_STATUS',
      ]);
    });
  }

  for (const status of ['final', 'amended', 'corrected', 'appended']) {
    it(`that is ${status} stands`, async () => {
      expect(await summaryOf(reportWith(OBSERVATION, { status }))).to.deep.equal(['1 ok']);
    });
  }

  it('is read with what it contains, and says for its results what they leave out', async () => {
    const { effectiveDateTime, issued, performer, ...bare } = OBSERVATION;
    const specimen = [{ reference: '#s' }];
    const report = reportWith(bare, { effectiveDateTime, issued, performer, specimen });
    const sample = { resourceType: 'Specimen', id: 's', accessionIdentifier: { value: 'S-1' } };
    const whole = { ...report, contained: [...(report['contained'] as readonly Json[]), sample] };
    const [record] = recordsOf(await readFhir(whole));
    expect(record).to.deep.include({
      collectedAt: '2022-12-20T09:15:00+08:00',
      reportedAt: '2022-12-20T21:00:00+08:00',
      laboratory: 'LAB-HK-017',
      specimenId: 'S-1',
    });
  });

  it('never overrides what a result says itself, and does not choose among specimens', async () => {
    const changes = {
      effectiveDateTime: '2022-12-19T09:15:00+08:00',
      specimen: [{ reference: '#s' }, { reference: '#s' }],
    };
    const [record] = recordsOf(await readFhir(reportWith(OBSERVATION, changes)));
    expect(record).to.include({ collectedAt: '2022-12-20T09:15:00+08:00' });
    expect(record).to.not.have.property('specimenId');
  });

  it('names the result that is wrong', async () => {
    const good = reportWith(OBSERVATION);
    const bad = { ...OBSERVATION, id: 'o2', subject: { reference: '#p' }, valueCodeableConcept: {} };
    const report = {
      ...good,
      contained: [...(good['contained'] as readonly Json[]), bad],
      result: [{ reference: '#o' }, { reference: '#o2' }],
    };
    expect(await summaryOf(bundleOf(report))).to.deep.equal([
      '1 ok',
      '1 DiagnosticReport.result[1].Observation.valueCodeableConcept INTAKE_FHIR_CODE',
    ]);
  });

  const refused: readonly (readonly [rule: string, changes: Json, problem: string])[] = [
    ['has a conclusion and no result', { result: undefined, conclusion: 'x' }, 'result INTAKE_FHIR_VALUE'],
    ['points to nothing', { result: [{ reference: '#q' }] }, 'result[0] INTAKE_FHIR_REFERENCE'],
    ['points to a Patient', { result: [{ reference: '#p' }] }, 'result[0] INTAKE_FHIR_REFERENCE'],
    [
      'has a thousand results',
      { result: Array.from({ length: 1000 }, () => ({ reference: '#o' })) },
      'result INTAKE_TOO_LARGE',
    ],
  ];
  for (const [rule, changes, problem] of refused) {
    it(`that ${rule} is refused`, async () => {
      expect(await summaryOf(reportWith(OBSERVATION, changes))).to.deep.equal([
        `1 DiagnosticReport.${problem}`,
      ]);
    });
  }

  it('with a modifier extension is refused', async () => {
    expect(await summaryOf(reportWith(OBSERVATION, { modifierExtension: [] }))).to.deep.equal([
      '1 modifierExtension INTAKE_FHIR_VALUE',
    ]);
  });
});
