import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  isBeforeBirth,
  isCalendarDate,
  isPartialDate,
  toUnixSeconds,
  toUtcDate,
} from '../../../core/record/calendar.ts';
import { runs } from '../../support/scale.ts';

const MS_PER_DAY = 86_400_000;

describe('calendar', () => {
  it('knows leap days', () => {
    expect(['2000-02-29', '2024-02-29', '1996-02-29'].every(isCalendarDate)).to.equal(true);
    expect(['1900-02-29', '2023-02-29', '2100-02-29'].some(isCalendarDate)).to.equal(false);
  });

  for (const text of [
    '2022-13-01',
    '2022-00-10',
    '2022-04-31',
    '2022-1-1',
    '20220101',
    '2022-01-01 ',
    '0000-01-01',
    '',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(isCalendarDate(text)).to.equal(false));
  }

  it('agrees with the platform on every day of 400 years', () => {
    const days = fc.integer({
      min: Date.UTC(1800, 0, 1) / MS_PER_DAY,
      max: Date.UTC(2200, 0, 1) / MS_PER_DAY,
    });
    fc.assert(
      fc.property(days, (day) => {
        expect(isCalendarDate(toUtcDate(day * 86_400))).to.equal(true);
      }),
      { numRuns: runs(500, 50_000) },
    );
  });

  it('takes birth dates that know only the month or the year', () => {
    expect(['1980', '1980-02', '1980-02-29'].every(isPartialDate)).to.equal(true);
    expect(['198', '1980-13', '1981-02-29', '1980-', '1980-02-'].some(isPartialDate)).to.equal(false);
  });

  it('compares with an imprecise birth date only as far as it goes', () => {
    expect(isBeforeBirth('1980-01-01', '1980')).to.equal(false);
    expect(isBeforeBirth('1979-12-31', '1980')).to.equal(true);
    expect(isBeforeBirth('1980-05-31', '1980-06')).to.equal(true);
    expect(isBeforeBirth('1980-06-15', '1980-06-15')).to.equal(false);
  });

  it('reads RFC 3339 §5.8 with its offset', () => {
    expect(toUnixSeconds('1985-04-12T23:20:50.52Z')).to.equal(482_196_050.52);
    expect(toUnixSeconds('1996-12-19T16:39:57-08:00')).to.equal(toUnixSeconds('1996-12-20T00:39:57Z'));
    expect(toUnixSeconds('2022-12-20T09:15:00+08:00')).to.equal(1_671_498_900);
  });

  for (const text of [
    '2022-12-20',
    '2022-12-20T09:15+08:00',
    '2022-12-20T09:15:00',
    '2022-12-20T24:00:00Z',
    '2022-12-20T09:60:00Z',
    '2022-12-20T23:59:60Z',
    '2022-02-30T09:15:00Z',
    '2022-12-20t09:15:00z',
    '2022-12-20T09:15:00+24:00',
    '2022-12-20 09:15:00Z',
  ]) {
    it(`refuses ${text} as a time`, () => expect(toUnixSeconds(text)).to.equal(undefined));
  }
});
