import { expect } from 'chai';
import { describe, it } from 'mocha';
import { lastDayOf, validityOf } from '../../../core/record/validity.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { declarationRecord, exemptionRecord, recoveryRecord } from '../../support/sample-records.ts';

/** `exp` as a time: the first second at which it is over. */
function endOf(record: Parameters<typeof validityOf>[0]): string | undefined {
  const { expiresAtSeconds } = validityOf(record);
  return expiresAtSeconds === undefined ? undefined : new Date(expiresAtSeconds * 1000).toISOString();
}

describe('for how long a record is good', () => {
  it('a vaccination and a test say nothing about it', () => {
    expect(validityOf(vaccinationRecord())).to.deep.equal({});
    expect(validityOf(testRecord())).to.deep.equal({});
  });

  it('a recovery: 180 days after it, the last day whole, as days go in Hong Kong', () => {
    // 4 December and 180 days: 2 June, which ends at 16:00 UTC.
    expect(endOf(recoveryRecord())).to.equal('2023-06-02T16:00:00.000Z');
  });

  it('a recovery without its day: 180 days after the positive test', () => {
    const { recoveredOn: _, ...record } = recoveryRecord();
    expect(endOf(record)).to.equal('2023-05-19T16:00:00.000Z');
  });

  it('a recovery that says it itself', () => {
    const validity = validityOf(recoveryRecord({ validFrom: '2022-12-10', validUntil: '2023-01-31' }));
    expect(validity).to.deep.equal({
      notBeforeSeconds: Date.parse('2022-12-10T00:00:00+08:00') / 1000,
      expiresAtSeconds: Date.parse('2023-02-01T00:00:00+08:00') / 1000,
    });
  });

  it('an exemption: 90 days after assessment, or as the doctor decided', () => {
    const { validUntil: _, ...record } = exemptionRecord();
    expect(endOf(record)).to.equal('2023-03-12T16:00:00.000Z');
    expect(endOf({ ...record, validUntil: '2023-01-01' })).to.equal('2023-01-01T16:00:00.000Z');
  });

  it('a declaration: 96 hours after it was made, in whatever zone', () => {
    expect(endOf(declarationRecord())).to.equal('2022-12-24T12:00:00.000Z');
    expect(endOf(declarationRecord({ declaredAt: '2022-12-20T12:00:00.5Z' }))).to.equal(
      '2022-12-24T12:00:00.000Z',
    );
  });

  it('counts days over months, years and a leap day', () => {
    expect(lastDayOf('2023-12-31', 60)).to.equal('2024-02-29');
    expect(lastDayOf('2022-08-31', 180)).to.equal('2023-02-27');
  });
});
