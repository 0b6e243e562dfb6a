/** Reason codes and their reference, kept the same both ways. */
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { REASON_CODES, REASONS, type Language } from '../../../core/verify/reasons.ts';

const reference = readFileSync(new URL('../../../docs/reason-codes.md', import.meta.url), 'utf8');
const languages: readonly Language[] = ['en', 'zh-Hant', 'zh-Hans', 'pt'];

interface Row {
  readonly code: string;
  readonly cells: readonly string[];
}

const rows: readonly Row[] = reference.split('\n').flatMap((line) => {
  const [code, ...cells] = line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
  return code?.startsWith('`') ? [{ code: code.replaceAll('`', ''), cells }] : [];
});

describe('reason codes', () => {
  it('are all in docs/reason-codes.md, and nothing else is', () => {
    expect(rows.map(({ code }) => code).toSorted()).to.deep.equal([...REASON_CODES].toSorted());
  });

  it('mean in the reference what they mean in the code, in four languages', () => {
    for (const { code, cells } of rows) {
      const reason = REASONS[code as keyof typeof REASONS];
      const titles = languages.map((language) => reason.title[language]);
      expect(cells, code).to.deep.equal([reason.validity, reason.outcome, ...titles]);
    }
  });

  it('never let bad evidence or an open question pass', () => {
    for (const code of REASON_CODES) {
      const { validity, outcome } = REASONS[code];
      if (validity === 'invalid') expect(outcome, code).to.be.oneOf(['refer', 'stop']);
      if (validity === 'unconfirmed') expect(outcome, code).to.equal('refer');
    }
  });

  it('have titles of their own', () => {
    for (const language of languages) {
      const titles = REASON_CODES.map((code) => REASONS[code].title[language]);
      expect(new Set(titles).size, language).to.equal(titles.length);
    }
  });
});
