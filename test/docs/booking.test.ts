/** docs/booking.md names every code that the booking answers with, its status, and no other; and every finding of the audit. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { BOOKING_STATES } from '../../booking/booking.ts';
import { BOOKING_PROBLEMS } from '../../booking/errors.ts';
import { loadProgrammes } from '../../booking/load-programmes.ts';

const page = readFileSync(join(resolve(import.meta.dirname, '..', '..'), 'docs', 'booking.md'), 'utf8');

describe('docs/booking.md', () => {
  it('names every code with its status, and no other', () => {
    const rows = [...page.matchAll(/^\| `(BOOKING_[A-Z_]+)` +\| (\d{3}) /gm)];
    const named = Object.fromEntries(rows.map(([, code = '', status]) => [code, Number(status)]));
    const statuses = Object.entries(BOOKING_PROBLEMS).map(([code, { status }]) => [code, status]);
    expect(named).to.deep.equal(Object.fromEntries(statuses));
  });

  it('tells of every state', () => {
    for (const state of BOOKING_STATES) expect(page).to.contain(`| \`${state}\``);
  });

  it('tells of every programme and its quotas', async () => {
    for (const { id, quotas } of (await loadProgrammes()).values()) {
      const row = page.split('\n').find((line) => line.startsWith(`| ${id}`));
      for (const { port, perDay } of quotas) {
        expect(row).to.contain(`${port} ${perDay.toLocaleString('en')}`);
      }
    }
  });

  it('has each text in four languages that differ', () => {
    for (const { texts } of Object.values(BOOKING_PROBLEMS)) {
      expect(texts.en).not.to.equal(texts.pt);
      expect(texts['zh-Hant']).to.match(/^[\p{Script=Han}，：；]+$/u);
      expect(texts['zh-Hans']).to.match(/^[\p{Script=Han}，：；]+$/u);
      expect(texts.pt).to.match(/\S/);
    }
  });
});
