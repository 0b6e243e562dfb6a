/** A dose that does not fit those issued to the same person before is noted with its row, and issued. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { VaccinationRecord } from '../../core/record/record.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { issueAll, IssuerHouse, passportVaccination } from './support/issuer-house.ts';
import { act } from './support/two-people.ts';

describe('a dose and those issued before', () => {
  const second = { doseNumber: 2, seriesDoses: 2, date: '2021-06-01' };
  const rows: readonly (readonly [name: string, changes: Partial<VaccinationRecord>, code?: string])[] = [
    [
      'a later dose with an earlier date',
      { doseNumber: 3, seriesDoses: 3, date: '2021-05-31' },
      'RECORD_DOSE_ORDER',
    ],
    [
      'a later dose of the same day',
      { doseNumber: 3, seriesDoses: 3, date: '2021-06-01' },
      'RECORD_DOSE_ORDER',
    ],
    ['an earlier dose with a later date', { doseNumber: 1, date: '2021-06-02' }, 'RECORD_DOSE_ORDER'],
    ['the same dose of another day', { date: '2021-06-02' }, 'INTAKE_DOSE_TWICE'],
    ['the next dose', { doseNumber: 3, seriesDoses: 3, date: '2021-12-01' }],
    ['the same dose with another lot', { lot: 'ANOTHER' }],
    [
      'a dose against something else',
      { disease: 'sct|6142004', doseNumber: 3, seriesDoses: 3, date: '2021-05-01' },
    ],
  ];
  for (const [name, changes, code] of rows) {
    it(`${name}: ${code === undefined ? 'nothing to note' : `noted as ${code}`}, and issued`, async () => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      await issueAll(issuer, [dose(1, second)]);
      const [row] = await issueAll(issuer, [dose(1, { ...second, ...changes })]);
      expect(row?.notes?.map((note) => note.code)).to.deep.equal(code === undefined ? undefined : [code]);
      expect(row?.credentials).to.have.length(2);
    });
  }

  it('is told over HTTP', async function () {
    this.timeout(60_000);
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [dose(1, second)]);
    const { operatorToken } = house.secrets;
    const app = await buildIssuerApp({
      issuer,
      operatorToken,
      now: () => house.nowMs,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const answer = await app.inject({
      method: 'POST',
      url: '/records',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      payload: JSON.stringify(dose(1, { ...second, date: '2021-06-02' })),
    });
    await app.close();
    const reason = 'is the number of another dose of the same person, issued before';
    expect(answer.json<{ rows: { notes: object[] }[] }>().rows[0]?.notes).to.deep.equal([
      { field: 'doseNumber', code: 'INTAKE_DOSE_TWICE', reason },
    ]);
  });

  it('of another person, or of one whose record was erased, are no matter', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const early = { ...second, doseNumber: 3, seriesDoses: 3, date: '2021-05-01' };
    const [first] = await issueAll(issuer, [dose(1, second)]);
    expect(await notesOf(issuer, dose(2, early))).to.deep.equal([]);
    await issuer.privacy.erase(first?.recordId ?? '', 'subject-request');
    expect(await notesOf(issuer, dose(1, early))).to.deep.equal([]);
  });

  it('that are withdrawn are no matter, and those of a person who lost one record still are', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, [dose(1, { ...second, lot: 'BAD' })]);
    await issuer.settle();
    await act(issuer, { by: 'lot', lot: 'BAD' });
    await issuer.settle();
    expect(await notesOf(issuer, dose(1, { ...second, date: '2021-07-01' }))).to.deep.equal([]);

    const [gone] = await issueAll(issuer, [dose(1, { ...second, doseNumber: 1, date: '2021-03-01' })]);
    await issuer.privacy.erase(gone?.recordId ?? '', 'subject-request');
    await issuer.privacy.pass({ force: true });
    const third = dose(1, { ...second, doseNumber: 3, seriesDoses: 3, date: '2021-06-30' });
    expect(await notesOf(issuer, third), 'known again in the next epoch').to.deep.equal([
      'RECORD_DOSE_ORDER',
    ]);
  });
});

function dose(person: number, changes: Partial<VaccinationRecord>): VaccinationRecord {
  // passportVaccination gives vaccinations.
  return { ...(passportVaccination(person) as VaccinationRecord), ...changes };
}

async function notesOf(issuer: Issuer, record: VaccinationRecord): Promise<readonly string[]> {
  const [row] = await issueAll(issuer, [record]);
  return (row?.notes ?? []).map(({ code }) => code);
}
