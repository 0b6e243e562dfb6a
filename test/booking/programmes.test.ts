/** The programmes of 2020 to 2023 as their sources tell of them, and files of others. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { quotaOn } from '../../booking/capacity.ts';
import { loadProgrammes } from '../../booking/load-programmes.ts';
import { parseProgrammes, type Programme } from '../../booking/programme.ts';
import { programmeOf } from '../../booking/request.ts';
import { isOpen, windowOf } from '../../booking/window.ts';
import { expectThrows } from '../support/throws-code.ts';
import { TEST_BALLOT, TEST_PROGRAMME } from './support/booking-house.ts';

const programmes = await loadProgrammes();
const named = (id: string): Programme => programmeOf(programmes, id);
const seconds = (time: string): number => Date.parse(time) / 1000;
const mayBook = (id: string, date: string, time: string): boolean => {
  const window = windowOf(named(id), date, seconds(time));
  return window !== undefined && isOpen(window, seconds(time));
};

describe('booking programmes', () => {
  for (const [id, port, date, perDay] of [
    ['RETURN2HK', 'SZB', '2020-11-22', undefined],
    ['RETURN2HK', 'SZB', '2020-11-23', 3000],
    ['RETURN2HK', 'HZMB', '2020-11-23', 2000],
    ['RETURN2HK', 'HKIA', '2021-09-07', undefined],
    ['RETURN2HK', 'HKIA', '2021-09-08', 1000],
    ['COME2HK', 'SZB', '2022-11-30', 1000],
    ['COME2HK', 'SZB', '2022-12-21', 1500],
    ['COME2HK', 'HZMB', '2022-12-21', 1000],
    ['NORTHBOUND', 'LMC', '2023-01-08', 35_000],
    ['NORTHBOUND', 'SZB', '2023-02-05', 10_000],
    ['NORTHBOUND', 'SZB', '2023-02-06', undefined],
  ] as const) {
    it(`${id} lets ${perDay ?? 'nobody'} through ${port} on ${date}`, () => {
      expect(quotaOn(named(id), port, date)?.perDay).to.equal(perDay);
    });
  }

  it('lets 50,000 people a day through the land ports in January 2023', () => {
    const ports = ['LMC', 'SZB', 'MKT'];
    const perDay = ports.map((port) => quotaOn(named('NORTHBOUND'), port, '2023-01-20')?.perDay ?? 0);
    expect(perDay.reduce((sum, one) => sum + one)).to.equal(50_000);
  });

  for (const [what, id, date, time, expected] of [
    ['opens Wednesday at 09:00', 'RETURN2HK', '2020-11-23', '2020-11-18T09:00:00+08:00', true],
    ['is closed a second before', 'RETURN2HK', '2020-11-23', '2020-11-18T08:59:59+08:00', false],
    ['is for all of the following week', 'RETURN2HK', '2020-11-29', '2020-11-18T09:00:00+08:00', true],
    ['is not for the week after that', 'RETURN2HK', '2020-11-30', '2020-11-20T17:59:59+08:00', false],
    ['is not for the same week', 'RETURN2HK', '2020-11-22', '2020-11-18T09:00:00+08:00', false],
    ['is open until Friday 18:00', 'RETURN2HK', '2020-11-25', '2020-11-20T17:59:59+08:00', true],
    ['is closed from Friday 18:00 on', 'RETURN2HK', '2020-11-25', '2020-11-20T18:00:00+08:00', false],
    ['is closed on Tuesday', 'RETURN2HK', '2020-11-25', '2020-11-24T12:00:00+08:00', false],
    [
      'is open day and night from 14 January 2021',
      'RETURN2HK',
      '2021-01-17',
      '2021-01-17T23:59:59+08:00',
      true,
    ],
    ['then reaches to the 24th', 'RETURN2HK', '2021-01-24', '2021-01-14T00:00:00+08:00', true],
    ['and no further', 'RETURN2HK', '2021-01-25', '2021-01-14T00:00:00+08:00', false],
    ['ends with the date itself', 'RETURN2HK', '2021-01-17', '2021-01-18T00:00:00+08:00', false],
    ['northbound reaches to 4 March', 'NORTHBOUND', '2023-03-04', '2023-01-05T20:00:00+08:00', true],
    ['and a week further each Sunday', 'NORTHBOUND', '2023-03-05', '2023-01-07T23:59:59+08:00', false],
    ['from midnight on', 'NORTHBOUND', '2023-03-11', '2023-01-08T00:00:00+08:00', true],
    ['is not there before it was announced', 'NORTHBOUND', '2023-01-08', '2023-01-04T23:59:59+08:00', false],
  ] as const) {
    it(`window: ${what}`, () => {
      expect(mayBook(id, date, time)).to.equal(expected);
    });
  }

  it('window: one that closes at the hour it opens is open for a week', () => {
    const week = { weekday: 3, time: '09:00' };
    const [row] = TEST_BALLOT.windows;
    expect(row).not.to.equal(undefined);
    const programme = { ...TEST_BALLOT, windows: [{ ...row, opens: week, closes: week }] } as Programme;
    const window = windowOf(programme, '2022-12-30', seconds('2022-12-21T09:00:00+08:00'));
    expect(window).to.deep.equal({
      opensAt: seconds('2022-12-21T09:00:00+08:00'),
      closesAt: seconds('2022-12-28T09:00:00+08:00'),
    });
  });

  it('every row says where it is from', () => {
    for (const { windows, quotas } of programmes.values()) {
      for (const { source } of [...windows, ...quotas]) expect(source).to.match(/\S/);
    }
  });

  const [window] = TEST_PROGRAMME.windows;
  const [quota] = TEST_PROGRAMME.quotas;
  for (const [name, text] of [
    ['is not JSON', '['],
    ['is no list', '{}'],
    ['has a field that nobody knows', JSON.stringify([{ ...TEST_PROGRAMME, extra: 1 }])],
    ['has a programme twice', JSON.stringify([TEST_PROGRAMME, TEST_PROGRAMME])],
    ['names a day that does not exist', of({ quotas: [{ ...quota, from: '2022-02-30' }] })],
    ['ends on a day that does not exist', of({ quotas: [{ ...quota, until: '2022-02-30' }] })],
    ['has a quota twice', of({ quotas: [quota, quota] })],
    ['has a window twice', of({ windows: [window, window] })],
    [
      'has an hour that does not exist',
      of({ windows: [{ ...window, opens: { weekday: 3, time: '24:00' } }] }),
    ],
    ['draws and never closes', of({ allocation: 'ballot' })],
  ] as const) {
    it(`refuses a file that ${name}`, () => {
      expectThrows(() => parseProgrammes(text), 'BOOKING_PROGRAMMES_INVALID');
    });
  }

  function of(changes: object): string {
    return JSON.stringify([{ ...TEST_PROGRAMME, ...changes }]);
  }
});
