import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { VaccinationRecord } from '../../../core/record/record.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { readAllRows, summarise } from './read-all.ts';
import { toCsv } from './to-csv.ts';

type Dose = readonly [doseNumber: number, date: string];

function dose([doseNumber, date]: Dose, changes: Partial<VaccinationRecord> = {}): VaccinationRecord {
  const { seriesDoses: _, ...record } = vaccinationRecord();
  return { ...record, doseNumber, date, ...changes };
}

async function summaryOf(...records: readonly VaccinationRecord[]): Promise<readonly string[]> {
  return summarise(await readAllRows('application/json', JSON.stringify(records)));
}

const FIRST: Dose = [1, '2021-04-12'];
const SECOND: Dose = [2, '2021-05-03'];
const THIRD: Dose = [3, '2022-01-20'];

describe('the doses of one person in a file', () => {
  const { subject } = vaccinationRecord();
  const another = { ...subject, docNumber: 'G123456(A)' };
  const cases: readonly (readonly [
    rule: string,
    records: readonly VaccinationRecord[],
    problems: readonly string[],
  ])[] = [
    ['in any order of rows', [dose(THIRD), dose(FIRST), dose(SECOND)], ['1 ok', '2 ok', '3 ok']],
    ['the same row again', [dose(FIRST), dose(SECOND), dose(FIRST)], ['1 ok', '2 ok', '3 ok']],
    [
      'a second dose before the first',
      [dose(FIRST), dose([2, '2021-04-11'])],
      ['1 ok', '2 date RECORD_DOSE_ORDER'],
    ],
    [
      'a first dose after the second',
      [dose(SECOND), dose([1, '2021-05-04'])],
      ['1 ok', '2 date RECORD_DOSE_ORDER'],
    ],
    ['two doses on one day', [dose(FIRST), dose([2, '2021-04-12'])], ['1 ok', '2 date RECORD_DOSE_ORDER']],
    [
      'the same dose on two days',
      [dose(FIRST), dose([1, '2021-04-13'])],
      ['1 ok', '2 doseNumber INTAKE_DOSE_TWICE'],
    ],
    [
      'the same dose of two products',
      [dose(FIRST), dose(FIRST, { product: 'eu|BBIBP-CorV' })],
      ['1 ok', '2 doseNumber INTAKE_DOSE_TWICE'],
    ],
    [
      'a refused row does not speak against others',
      [dose(SECOND), dose([1, '2021-05-04']), dose(FIRST), dose(THIRD)],
      ['1 ok', '2 date RECORD_DOSE_ORDER', '3 ok', '4 ok'],
    ],
    ['another person', [dose(FIRST), dose([2, '2021-04-11'], { subject: another })], ['1 ok', '2 ok']],
    [
      'a yearly vaccination, which begins again at 1',
      [
        dose([1, '2020-10-01'], { disease: 'sct|6142004', product: 'cvx|140' }),
        dose([1, '2021-10-01'], { disease: 'sct|6142004', product: 'cvx|140' }),
      ],
      ['1 ok', '2 ok'],
    ],
    [
      'the document written otherwise is the same document',
      [dose(FIRST), dose([2, '2021-04-11'], { subject: { ...subject, docNumber: 'a123456 3' } })],
      ['1 ok', '2 date RECORD_DOSE_ORDER'],
    ],
  ];
  for (const [rule, records, problems] of cases) {
    it(`${rule}: ${problems.join(', ')}`, async () =>
      expect(await summaryOf(...records)).to.deep.equal(problems));
  }

  it('names the other row, and no fact of the person', async () => {
    const rows = await readAllRows('text/csv', toCsv([testRecord(), dose(SECOND), dose([1, '2021-05-04'])]));
    expect(rows[2]).to.deep.equal({
      row: 4,
      problems: [
        {
          field: 'date',
          code: 'RECORD_DOSE_ORDER',
          reason: 'is not before a later dose of the same person, in row 3',
        },
      ],
    });
  });

  it('what is taken is always a possible history: each number once, in the order of the dates', async () => {
    const history = fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }).map((day) => `2021-04-0${day}`),
      ),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(history, async (doses) => {
        const rows = await readAllRows('application/json', JSON.stringify(doses.map((one) => dose(one))));
        expect(rows.map(({ row }) => row)).to.deep.equal(doses.map((_, i) => i + 1));
        const taken = doses.filter((_, i) => 'record' in (rows[i] ?? {}));
        const dates = new Map(taken);
        for (const [number, date] of taken) expect(dates.get(number)).to.equal(date);
        const byNumber = [...dates].sort(([a], [b]) => a - b).map(([, date]) => date);
        expect(byNumber).to.deep.equal([...new Set(byNumber)].sort());
        // Nothing is refused without a row that it contradicts.
        expect(taken).to.not.deep.equal([]);
      }),
      { numRuns: runs(300, 20_000), seed: testSeed },
    );
  });
});
