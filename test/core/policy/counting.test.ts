/** Counting time (V5): against a naive calendar, and at each edge to the second. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  addMonths,
  ageOn,
  dayAt,
  parseOffset,
  startOfDay,
  toDate,
  toDay,
} from '../../../core/policy/civil-day.ts';
import { endsOf } from '../../../core/policy/ends.ts';
import { isInside, parseBasis, spanOf, type Limit, type Window } from '../../../core/policy/window.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { oracleAge, oracleDay, oracleMonthsLater, oracleNumber, oracleText } from './calendar-oracle.ts';

const HONG_KONG = 28_800;
const seconds = (text: string): number => Date.parse(text) / 1000;
const parameters = { numRuns: runs(2000, 200_000), seed: testSeed };
const anyDay = fc.integer({ min: -20_000, max: 40_000 });

describe('the calendar of policies', () => {
  it('agrees with a calendar that counts day by day', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(toDate(day)).to.equal(oracleText(oracleDay(day)));
        expect(toDay(oracleText(oracleDay(day)))).to.equal(day);
      }),
      parameters,
    );
  });

  it('adds months as one counts them, and clamps to the end of the month', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 120 }), (day, months) => {
        expect(addMonths(day, months)).to.equal(oracleNumber(oracleMonthsLater(oracleDay(day), months)));
      }),
      parameters,
    );
    expect(toDate(addMonths(toDay('2022-08-31'), 6))).to.equal('2023-02-28');
    expect(toDate(addMonths(toDay('2023-08-31'), 6))).to.equal('2024-02-29');
    expect(toDate(addMonths(toDay('2024-02-29'), 12))).to.equal('2025-02-28');
    expect(toDate(addMonths(toDay('2022-12-31'), 2))).to.equal('2023-02-28');
    expect(toDate(addMonths(toDay('0050-01-31'), 1))).to.equal('0050-02-28');
  });

  it('knows ages as one counts birthdays, on both readings of 29 February', () => {
    fc.assert(
      fc.property(anyDay, anyDay, fc.constantFrom('02-28', '03-01'), (a, b, leap) => {
        const [birth, on] = [Math.min(a, b), Math.max(a, b)];
        expect(ageOn(on, birth, leap)).to.equal(oracleAge(oracleDay(birth), oracleDay(on), leap));
      }),
      parameters,
    );
    const leapling = toDay('2012-02-29');
    expect(ageOn(toDay('2024-02-29'), leapling, '03-01')).to.equal(12);
    expect(ageOn(toDay('2030-02-28'), leapling, '02-28')).to.equal(18);
    expect(ageOn(toDay('2030-02-28'), leapling, '03-01')).to.equal(17);
    expect(ageOn(toDay('2030-03-01'), leapling, '03-01')).to.equal(18);
  });

  it('changes the day at midnight of its own clock', () => {
    const midnight = seconds('2022-12-21T00:00:00+08:00');
    expect(toDate(dayAt(midnight - 1, HONG_KONG))).to.equal('2022-12-20');
    expect(toDate(dayAt(midnight, HONG_KONG))).to.equal('2022-12-21');
    expect(startOfDay(toDay('2022-12-21'), HONG_KONG)).to.equal(midnight);
    expect(toDate(dayAt(midnight, 0))).to.equal('2022-12-20');
  });

  it('reads offsets, and nothing that is none', () => {
    expect(parseOffset('+08:00')).to.equal(HONG_KONG);
    expect(parseOffset('-03:30')).to.equal(-12_600);
    for (const text of ['Z', '+8:00', '+15:00', '+08:60', 'Asia/Hong_Kong', '']) {
      expect(parseOffset(text), text).to.equal(undefined);
    }
  });
});

interface EdgeRow {
  readonly what: string;
  readonly closes: Limit;
  readonly basis: string;
  /** The last second inside. */
  readonly last: string;
}

const EDGES: readonly EdgeRow[] = [
  {
    what: '48 hours, the limit included',
    closes: { amount: 48, unit: 'hours', limit: 'inclusive' },
    basis: '2022-12-19T09:15:00+08:00',
    last: '2022-12-21T09:15:00+08:00',
  },
  {
    what: '24 hours, the limit excluded',
    closes: { amount: 24, unit: 'hours', limit: 'exclusive' },
    basis: '2022-12-20T09:15:00+08:00',
    last: '2022-12-21T09:14:59+08:00',
  },
  {
    what: 'three calendar days: the 20th counts to the end of the 23rd',
    closes: { amount: 3, unit: 'calendarDays', limit: 'inclusive' },
    basis: '2020-12-20T00:00:00+08:00',
    last: '2020-12-23T23:59:59+08:00',
  },
  {
    what: 'three calendar days from late on the 20th',
    closes: { amount: 3, unit: 'calendarDays', limit: 'inclusive' },
    basis: '2020-12-20T23:59:59+08:00',
    last: '2020-12-23T23:59:59+08:00',
  },
  {
    what: 'calendar days of Hong Kong over a test taken elsewhere the evening before',
    closes: { amount: 1, unit: 'calendarDays', limit: 'inclusive' },
    basis: '2022-12-19T23:30:00+00:00',
    last: '2022-12-21T23:59:59+08:00',
  },
  {
    what: 'six months from 31 August, to the end of February',
    closes: { amount: 6, unit: 'months', limit: 'inclusive' },
    basis: '2022-08-31',
    last: '2023-02-28T23:59:59+08:00',
  },
  {
    what: 'six months from 31 August before a leap day',
    closes: { amount: 6, unit: 'months', limit: 'inclusive' },
    basis: '2023-08-31',
    last: '2024-02-29T23:59:59+08:00',
  },
  {
    what: 'six months, the last day excluded',
    closes: { amount: 6, unit: 'months', limit: 'exclusive' },
    basis: '2022-08-31',
    last: '2023-02-27T23:59:59+08:00',
  },
  {
    what: 'elapsed hours over the end of daylight saving in Lisbon',
    closes: { amount: 48, unit: 'hours', limit: 'inclusive' },
    basis: '2022-10-29T12:00:00+01:00',
    last: '2022-10-31T11:00:00+00:00',
  },
  {
    what: 'elapsed hours over the start of daylight saving in Lisbon',
    closes: { amount: 48, unit: 'hours', limit: 'inclusive' },
    basis: '2022-03-26T12:00:00+00:00',
    last: '2022-03-28T13:00:00+01:00',
  },
  {
    what: 'a day over the leap day',
    closes: { amount: 1, unit: 'calendarDays', limit: 'inclusive' },
    basis: '2024-02-28T12:00:00+08:00',
    last: '2024-02-29T23:59:59+08:00',
  },
];

describe('a window', () => {
  const windowOf = (closes: Limit): Window => ({
    of: 'tests',
    basis: 'collectedAt',
    against: 'now',
    opens: { amount: 0, unit: closes.unit },
    closes,
  });

  for (const { what, closes, basis, last } of EDGES) {
    it(`${what}: open to the last second, closed one second later`, () => {
      const span = spanOf(windowOf(closes), parseBasis(basis)!, HONG_KONG); // each row has one
      expect(isInside(span, seconds(last))).to.equal(true);
      expect(isInside(span, seconds(last) + 1)).to.equal(false);
    });
  }

  it('opens at its fact, not a second before', () => {
    const limit = { amount: 48, unit: 'hours', limit: 'inclusive' } as const;
    const at = '2022-12-19T09:15:00+08:00';
    const span = spanOf(windowOf(limit), parseBasis(at)!, HONG_KONG); // a moment
    expect(isInside(span, seconds(at) - 1)).to.equal(false);
    expect(isInside(span, seconds(at))).to.equal(true);
  });

  it('may open later and never close: ten days after yellow fever vaccination, for life', () => {
    const window: Window = {
      of: 'vaccinations',
      basis: 'date',
      against: 'now',
      opens: { amount: 10, unit: 'calendarDays' },
    };
    const span = spanOf(window, { day: toDay('2026-02-25') }, HONG_KONG);
    expect(isInside(span, seconds('2026-03-06T23:59:59+08:00'))).to.equal(false);
    expect(isInside(span, seconds('2026-03-07T00:00:00+08:00'))).to.equal(true);
    expect(isInside(span, seconds('2099-01-01T00:00:00+08:00'))).to.equal(true);
  });
});

describe('the ends of an imprecise time', () => {
  const rows: readonly (readonly [text: string, countsHours: boolean, ends: readonly string[]])[] = [
    ['1980', false, ['1980-01-01', '1980-12-31']],
    ['2024-02', false, ['2024-02-01', '2024-02-29']],
    ['2022-12-20', false, ['2022-12-20']],
    ['2022-12-20', true, ['2022-12-19T16:00:00.000Z', '2022-12-20T15:59:59.999Z']],
    ['2022-12-20T09:15+08:00', true, ['2022-12-20T09:15:00+08:00', '2022-12-20T09:15:59.999+08:00']],
    ['2022-12-20T09:15:30+08:00', true, ['2022-12-20T09:15:30+08:00']],
    ['2022-02-30', false, []],
    ['2022-02-30T09:15:00Z', true, []],
    ['yesterday', false, []],
    ['', false, []],
    ['9999', false, ['9999-01-01', '9999-12-31']],
  ];
  for (const [text, countsHours, ends] of rows) {
    it(`${text === '' ? 'nothing' : text}${countsHours ? ', where hours count' : ''}`, () => {
      expect(endsOf(text, countsHours, HONG_KONG)).to.deep.equal(ends);
    });
  }
});
