import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Output } from '../../cli/io.ts';
import {
  displayWidth,
  fieldLines,
  printable,
  showDuration,
  showTime,
  styled,
  tableLines,
  wrap,
} from '../../cli/page.ts';

const narrow: Output = { isTerminal: false, colour: false, columns: 40, write: () => Promise.resolve() };

describe('pages in a terminal', () => {
  it('colours only where colour is wanted', () => {
    expect(styled(narrow, 'red', 'no')).to.equal('no');
    expect(styled({ ...narrow, colour: true }, 'red', 'no')).to.equal('\u001b[31mno\u001b[0m');
  });

  it('counts two columns for a Chinese letter', () => {
    expect(displayWidth('陳大文 A')).to.equal(8);
  });

  it('aligns fields and wraps long values under themselves', () => {
    const text = fieldLines(narrow, [
      { label: 'By', value: 'HK-DH' },
      { label: 'Issuer', value: 'one two three four five six seven eight' },
    ]);
    expect(text.split('\n')).to.deep.equal([
      '  By      HK-DH',
      '  Issuer  one two three four five six',
      '          seven eight',
      '',
    ]);
  });

  it('cuts a word that is longer than the line', () => {
    expect(wrap('A'.repeat(25), 10)).to.deep.equal(['A'.repeat(10), 'A'.repeat(10), 'A'.repeat(5)]);
  });

  it('aligns numbers in a table to the right', () => {
    expect(
      tableLines(
        narrow,
        ['name', 'n'],
        [
          ['a', '5'],
          ['b', '500'],
        ],
        [1],
      ),
    ).to.equal('  name    n\n  a       5\n  b     500\n');
  });

  it('lets no control character through', () => {
    expect(printable('a\u001b[31mb\u202ec\n')).to.equal('a\ufffd[31mb\ufffdc\ufffd');
  });

  it('writes times and durations', () => {
    expect(showTime(1_800_000_000)).to.equal('2027-01-15 08:00:00 UTC');
    expect(showDuration(0)).to.equal('0 s');
    expect(showDuration(3661)).to.equal('1 h 1 min');
    expect(showDuration(172_800)).to.equal('2 d');
  });
});
