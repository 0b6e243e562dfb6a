import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CsvRowReader, type CsvRow } from '../../../issuer/intake/csv-rows.ts';

function readRows(text: string, { chunk = 1000, maxRowBytes = 100 } = {}): readonly CsvRow[] {
  const bytes = new TextEncoder().encode(text);
  const reader = new CsvRowReader(maxRowBytes);
  const rows: CsvRow[] = [];
  for (let start = 0; start < bytes.length; start += chunk)
    rows.push(...reader.push(bytes.subarray(start, start + chunk)));
  return [...rows, ...reader.end()];
}

/** `line-lastLine text fault`. */
function show(rows: readonly CsvRow[]): readonly string[] {
  return rows.map(({ line, lastLine, bytes, fault }) => {
    const lines = line === lastLine ? `${line}` : `${line}-${lastLine}`;
    return `${lines} ${new TextDecoder().decode(bytes)}${fault === undefined ? '' : ` ${fault}`}`;
  });
}

describe('CSV rows (RFC 4180)', () => {
  const cases: readonly (readonly [rule: string, text: string, rows: readonly string[]])[] = [
    ['reads LF, CRLF and CR', 'a\nb\r\nc\rd', ['1 a', '2 b', '3 c', '4 d']],
    ['counts blank lines and leaves them out', 'a\n\n\r\nb\n', ['1 a', '4 b']],
    ['keeps a quoted line break in its row', 'a,"b\nc"\r\nd', ['1-2 a,"b\nc"', '3 d']],
    ['counts a quoted CRLF as one line', '"a\r\nb"\nc', ['1-2 "a\r\nb"', '3 c']],
    ['knows doubled quotes', '"a""\n""b"\nc', ['1-2 "a""\n""b"', '3 c']],
    ['a quote within a cell opens nothing', 'a 5" b,c\nd', ['1 a 5" b,c', '2 d']],
    ['a quote after a closed cell opens nothing', '"a"b"\nc', ['1 "a"b"', '2 c']],
    ['names a quote that nothing closes', 'a\n"b\nc\n', ['1 a', '2-4 "b\nc\n quote-open']],
  ];
  for (const [rule, text, rows] of cases) {
    it(rule, () => expect(show(readRows(text))).to.deep.equal(rows));
  }

  it('cuts a row that is too long and finds the next', () => {
    const text = `${'x'.repeat(200)}\nb`;
    expect(show(readRows(text, { maxRowBytes: 5 }))).to.deep.equal(['1 xxxxx too-long', '2 b']);
  });

  it('never takes a line inside a quoted cell for a row, however long the cell is', () => {
    const text = `a,"${'x'.repeat(200)}\nvaccination,injected\n"\nb`;
    expect(show(readRows(text, { maxRowBytes: 5 }))).to.deep.equal(['1-3 a,"xx too-long', '4 b']);
  });

  it('gives the same rows whatever the chunks are', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '陳'), maxLength: 60 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 7 }), (text, chunk) => {
        expect(readRows(text, { chunk })).to.deep.equal(readRows(text));
      }),
    );
  });
});
