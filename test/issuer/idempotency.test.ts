/** N4: one key, one answer, whoever sends it how often and whatever happens in between. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { IdempotencyKeys, KEY_LIFE_MS, parseIdempotencyKey } from '../../issuer/idempotency.ts';
import { KeyedIndex } from '../../issuer/keyed-index.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { IntakeRow } from '../../issuer/intake/row.ts';
import { readersOf, TABLES } from '../../issuer/store.ts';
import { Store } from '../../service/store.ts';
import type { AnsweredChunk, RowResult } from '../../issuer/row.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { expectThrows } from '../support/throws-code.ts';
import { runs } from '../support/scale.ts';
import { collect, issued, IssuerHouse, labTest, rowsOf, vaccination } from './support/issuer-house.ts';
import { expectRejects } from './support/rejects-code.ts';

const KEY = '8e03978e-40d5-43e8-bc93-6894a57f9324';
const ROUNDS = runs(5, 100);
const people = (count: number, from = 0): HealthRecord[] =>
  Array.from({ length: count }, (_, i) => vaccination(from + i));

describe('an idempotency key', () => {
  it('is a string in quotes, as the draft wants it, or bare', () => {
    expect(parseIdempotencyKey(`"${KEY}"`)).to.equal(KEY);
    expect(parseIdempotencyKey(KEY)).to.equal(KEY);
    for (const wrong of ['', '""', '"a', 'a b', 'ä', '"a\\"', 'a, a', `"${'x'.repeat(256)}"`])
      expectThrows(() => parseIdempotencyKey(wrong), 'IDEMPOTENCY_KEY_INVALID');
  });

  it('gives the same answer to the same rows, receipt and all, also after a restart', async () => {
    await using house = await IssuerHouse.create();
    const rows = [...rowsOf([vaccination(1), labTest(1), vaccination(1)]), refused(4)];
    const issuer = await house.open();
    const first = await take(issuer, rows);
    await issuer.settle();
    const again = await take(issuer, rows);
    await issuer.close();
    await using restarted = await house.open();
    const later = await take(restarted, rows);
    expect(first.map(({ results }) => results.map(flag))).to.deep.equal([['new', 'new', 'known', 'refused']]);
    for (const answer of [again, later]) expect(withoutResumed(answer)).to.deep.equal(withoutResumed(first));
    expect(later[0]?.resumed).to.equal(2);
  });

  it('does not bring back what was erased since; another key does', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = rowsOf([vaccination(1), labTest(1)]);
    const [first] = await take(issuer, rows);
    const gone = issued(first?.results[0]);
    await issuer.privacy.erase(gone.recordId, 'subject-request');
    const [again] = await take(issuer, rows);
    expect(again?.results[0]).to.have.nested.property('problems[0].code', 'INTAKE_RECORD_ERASED');
    expect(again?.results[1]).to.deep.equal(first?.results[1]);
    expect(again?.receipt).to.equal(first?.receipt);
    const [other] = await take(issuer, rows, 'another');
    expect(other?.results.map(flag)).to.deep.equal(['new', 'known']);
    expect(issued(other?.results[0]).recordId).not.to.equal(gone.recordId);
  });

  const others: Readonly<Record<string, readonly IntakeRow[]>> = {
    'another record': rowsOf([vaccination(2)]),
    'a record more': rowsOf([vaccination(1), vaccination(2)]),
    'no record': [],
    'a refused row instead': [refused(1)],
    'the record in another row': [{ row: 2, record: vaccination(1) }],
  };
  for (const [what, rows] of Object.entries(others)) {
    it(`is refused with ${what}, and nothing is made`, async () => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      const first = await take(issuer, rowsOf([vaccination(1)]));
      await expectRejects(() => take(issuer, rows), 'IDEMPOTENCY_KEY_REUSED');
      const [{ results } = { results: [] }] = await take(issuer, rowsOf([vaccination(2)]), 'other');
      expect(results.map(flag), 'vaccination 2 was not made before').to.deep.equal(['new']);
      expect(withoutResumed(await take(issuer, rowsOf([vaccination(1)])))).to.deep.equal(
        withoutResumed(first),
      );
    });
  }

  it('is refused with a longer file that begins the same, before anything of the rest is made', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await take(issuer, rowsOf(people(500)));
    await expectRejects(() => take(issuer, rowsOf(people(501))), 'IDEMPOTENCY_KEY_REUSED');
    const [last] = (await take(issuer, rowsOf([vaccination(500)]), 'other')).flatMap(
      ({ results }) => results,
    );
    expect(flag(last)).to.equal('new');
  });

  it('completes a file that broke off: what was stored is told apart, the rest is made', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = rowsOf(people(1_700));
    async function* halfOf(): AsyncGenerator<IntakeRow> {
      yield* rows.slice(0, 1_200);
      throw new Error('the line went dead');
    }
    const before: RowResult[] = [];
    const failure = await (async () => {
      for await (const { results } of issuer.takeIn(halfOf(), { key: KEY })) before.push(...results);
    })().catch((error: unknown) => error);
    expect(String(failure)).to.include('the line went dead');
    expect(before.map(flag), 'whole chunks were stored and answered').to.deep.equal(Array(1_000).fill('new'));
    const chunks = await take(issuer, rows);
    expect(chunks.map(({ resumed }) => resumed)).to.deep.equal([500, 500, 0, 0]);
    const all = chunks.flatMap(({ results }) => results);
    expect(all.slice(0, 1_000)).to.deep.equal(before);
    expect(all.map(flag)).to.deep.equal(Array(1_700).fill('new'));
  });

  it(`makes one record of fifty requests at once, in ${ROUNDS} of ${ROUNDS} rounds, and again after a restart`, async () => {
    await using house = await IssuerHouse.create();
    for (let round = 0; round < ROUNDS; round++) {
      const issuer = await house.open();
      const rows = rowsOf([vaccination(round)]);
      const answers = await Promise.all(Array.from({ length: 50 }, () => take(issuer, rows, `key ${round}`)));
      await issuer.close();
      await using restarted = await house.open();
      answers.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => take(restarted, rows, `key ${round}`)))),
      );
      await restarted.settle();
      expect(new Set(answers.map((answer) => JSON.stringify(withoutResumed(answer)))).size).to.equal(1);
      const [result] = answers[0]?.[0]?.results ?? [];
      expect(result).to.have.property('recordId');
    }
    // Two credentials a record, each in a batch of its own: one anchor for each.
    expect(house.ledger.batches).to.have.length(2 * ROUNDS);
    expect(house.ledger.anchorCalls).to.equal(2 * ROUNDS);
  });

  it('makes those wait who come while it is answered, up to a number', async () => {
    await using house = await IssuerHouse.create();
    await using store = await Store.open(`${house.folder}/store`);
    const keys = new IdempotencyKeys({
      store,
      tables: readersOf(store),
      index: new KeyedIndex(house.secrets.indexKey),
      now: () => house.nowMs,
    });
    const first = await keys.begin(KEY);
    const waiting = Array.from({ length: 64 }, () => keys.begin(KEY));
    await expectRejects(() => keys.begin(KEY), 'IDEMPOTENCY_KEY_BUSY');
    using _other = await keys.begin('another');
    first[Symbol.dispose]();
    for (const next of waiting) (await next)[Symbol.dispose]();
    (await keys.begin(KEY))[Symbol.dispose]();
  });

  it('is forgotten after a day, with all that was kept for it', async () => {
    await using house = await IssuerHouse.create();
    const issuer = await house.open();
    await take(issuer, rowsOf(people(600)));
    house.nowMs += KEY_LIFE_MS + 1;
    await take(issuer, rowsOf([vaccination(1)]), 'another');
    const [again] = await take(issuer, rowsOf([vaccination(9_999)]));
    expect(again?.results.map(flag)).to.deep.equal(['new']);
    await issuer.close();
    await using store = await Store.open(`${house.folder}/issuer/store`);
    const counts = await Promise.all(
      ([TABLES.requests, TABLES.requestParts, TABLES.requestTimes, TABLES.receipts] as const).map(
        async (table) => (await collect(store.table(table).entries())).length,
      ),
    );
    expect(counts, 'those of the two later requests').to.deep.equal([2, 2, 2, 2]);
  });
});

function take(issuer: Issuer, rows: readonly IntakeRow[], key: string = KEY): Promise<AnsweredChunk[]> {
  return collect(issuer.takeIn(rows, { key }));
}

function refused(row: number): IntakeRow {
  return { row, problems: [{ field: 'dob', code: 'RECORD_DATE_INVALID', reason: 'is no date' }] };
}

function flag(result: RowResult | undefined): 'new' | 'known' | 'refused' {
  if (result === undefined || 'problems' in result) return 'refused';
  return result.duplicate ? 'known' : 'new';
}

function withoutResumed(answer: readonly AnsweredChunk[]): readonly object[] {
  return answer.map(({ results, receipt }) => ({ results, receipt }));
}
