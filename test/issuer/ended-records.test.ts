/** Records that are over by what they say themselves: refused when they are new, answered when they were issued in time. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { HealthRecord } from '../../core/record/record.ts';
import { validityOf } from '../../core/record/validity.ts';
import type { IntakeRow } from '../../issuer/intake/row.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { AnsweredChunk, RowResult } from '../../issuer/row.ts';
import { EVERY_KIND } from '../support/sample-records.ts';
import { collect, IssuerHouse, rowsOf } from './support/issuer-house.ts';

const ENDING = (['recovery', 'exemption', 'declaration'] as const).map((type) => EVERY_KIND[type]);
const ENDLESS = (['vaccination', 'test'] as const).map((type) => EVERY_KIND[type]);
const CENTURY_MS = 100 * 365 * 86_400_000;

describe('a record that has ended', () => {
  for (const record of ENDING) {
    it(`is issued in its last second and refused from the next one on: ${record.type}`, async () => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      const endMs = (validityOf(record).expiresAtSeconds ?? 0) * 1000;
      house.nowMs = endMs;
      expect(codeOf(await answerTo(issuer, record))).to.equal('INTAKE_RECORD_ENDED');
      house.nowMs = endMs - 1000;
      expect(await answerTo(issuer, record)).to.include({ duplicate: false });
      house.nowMs = endMs + 1000;
      expect(await answerTo(issuer, record), 'it was issued in time').to.include({ duplicate: true });
    });
  }

  it('is none of a vaccination or a test, however old', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    house.nowMs += CENTURY_MS;
    for (const record of ENDLESS) expect(await answerTo(issuer, record)).to.include({ duplicate: false });
  });

  it('costs no other row of its file, and is refused again when the request is repeated', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    house.nowMs += CENTURY_MS;
    const rows = rowsOf([...ENDING, ...ENDLESS]);
    for (const isFirst of [true, false]) {
      const { results, resumed } = await takeIn(issuer, rows);
      expect(results.map(codeOf)).to.deep.equal([
        ...ENDING.map(() => 'INTAKE_RECORD_ENDED'),
        undefined,
        undefined,
      ]);
      expect(resumed).to.equal(isFirst ? 0 : 2);
    }
  });
});

async function answerTo(issuer: Issuer, record: HealthRecord): Promise<RowResult | undefined> {
  return (await collect(issuer.issueRows(rowsOf([record]))))[0];
}

async function takeIn(issuer: Issuer, rows: readonly IntakeRow[]): Promise<AnsweredChunk> {
  const [chunk] = await collect(issuer.takeIn(rows, { key: 'a file' }));
  if (chunk === undefined) throw new Error('nothing was answered');
  return chunk;
}

function codeOf(result: RowResult | undefined): string | undefined {
  return result !== undefined && 'problems' in result ? result.problems[0]?.code : undefined;
}
