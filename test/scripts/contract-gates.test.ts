/** The tools that judge the contracts' tests, on a contract small enough to know all answers by heart. */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parse } from '../../scripts/contract-gates/compiler.ts';
import { review } from '../../scripts/contract-gates/equivalents.ts';
import { instrument } from '../../scripts/contract-gates/instrument.ts';
import { KeptFates } from '../../scripts/contract-gates/kept-fates.ts';
import { mutantsOf } from '../../scripts/contract-gates/mutants.ts';
import { type Fate, sampleOrder } from '../../scripts/contract-gates/mutation.ts';
import { MutationProgress } from '../../scripts/contract-gates/mutation-progress.ts';
import { RepeatedTests } from '../../scripts/contract-gates/repeated-tests.ts';

const HEAD = '// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.37;\n';
const TEXT = `${HEAD}contract Box {
  error TooMuch(uint256 given, uint256 most);
  event Filled(uint256 before, uint256 later);
  uint256 public held; // naïve
  modifier sealed_() {
    _;
  }

  function fill(uint256 by, bool twice) external sealed_ {
    if (by > 9 || held + by >= 100) revert TooMuch(by, 9);
    uint256 before = held;
    held += by;
    if (twice) held += by;
    emit Filled(before, held);
  }
}
`;

const source = parse('contracts/Box.sol', TEXT);
const changesBy = (operator: string): readonly string[] =>
  mutantsOf(source)
    .filter((mutant) => mutant.operator === operator)
    .map(({ changed }) => changed);

describe('mutants of a contract', () => {
  const guard = 'if (by > 9 || held + by >= 100)';
  const expected: Readonly<Record<string, readonly string[]>> = {
    arithmetic: [guard.replace('held + by', 'held - by'), 'held -= by', 'held -= by'],
    comparison: [guard.replace('by > 9', 'by <= 9'), guard.replace('>= 100', '< 100')],
    boundary: [guard.replace('by > 9', 'by >= 9'), guard.replace('>= 100', '> 100')],
    connective: [guard.replace('||', '&&')],
    operand: [guard.replace('by > 9', 'false'), guard.replace('held + by >= 100', 'false')],
    condition: ['if (!(by > 9 || held + by >= 100))', 'if (!(twice))'],
    guard: ['{}'],
    call: [],
    modifier: ['function fill(uint256 by, bool twice) external'],
    event: ['{}'],
    argument: ['revert TooMuch(9, by)', 'emit Filled(held, before)'],
    constant: [guard.replace('by > 9', 'by > 10'), guard.replace('100', '101'), 'revert TooMuch(by, 10)'],
    assignment: ['{}', '{}'],
  };

  for (const [operator, changes] of Object.entries(expected)) {
    it(`by ${operator}`, () => {
      expect([...changesBy(operator)].toSorted()).to.deep.equal([...changes].toSorted());
    });
  }

  it('differ from the source in one place, and are placed by line and definition', () => {
    const mutant = mutantsOf(source).find(({ operator }) => operator === 'connective');
    expect(mutant?.text).to.equal(TEXT.replace('||', '&&'));
    expect(mutant).to.include({ line: 12, within: 'Box.fill', file: 'contracts/Box.sol' });
  });

  it('keep their names when lines move', () => {
    const moved = parse('contracts/Box.sol', TEXT.replace('contract Box', '\n\n// a comment\ncontract Box'));
    const names = (of: typeof source) => mutantsOf(of).map(({ text: _text, line: _line, ...name }) => name);
    expect(names(moved)).to.deep.equal(names(source));
  });

  it('give each operator its turn in a sample, and the same sample for the same seed', () => {
    const mutants = mutantsOf(source);
    const operators = new Set(mutants.map(({ operator }) => operator));
    const order = sampleOrder(mutants, 7);
    expect(new Set(order.slice(0, operators.size).map(({ operator }) => operator))).to.deep.equal(operators);
    expect(sampleOrder(mutants, 7)).to.deep.equal(order);
    expect(sampleOrder(mutants, 8)).not.to.deep.equal(order);
    expect(new Set(order).size).to.equal(mutants.length);
  });

  it('are found in the list of the equivalent ones by what they say, or not at all', () => {
    const mutants = mutantsOf(source);
    const [first] = mutants;
    if (first === undefined) throw new Error('there are mutants');
    const known = { ...first, reason: 'a reason' };
    const stale = { ...known, original: 'something else' };
    const reviewed = review(mutants, [known, stale]);
    expect([...reviewed.equivalent]).to.deep.equal([first]);
    expect(reviewed.stale).to.deep.equal([stale]);
  });
});

describe('a mutation check', () => {
  const mutants = mutantsOf(source);
  const [first, second, third] = mutants;
  const fates: readonly Fate[] = ['invalid', { code: 'a', caughtBy: 'a test' }, { code: 'b' }];

  it('goes on from what an interrupted run had found, of the same texts only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-fates-'));
    const file = join(folder, 'fates');
    const kept = new KeptFates(file, ['a contract', 'a test']);
    expect(kept.read(mutants).size).to.equal(0);
    fates.forEach((fate, i) => mutants[i] !== undefined && kept.add(mutants[i], fate));
    const same = new KeptFates(file, ['a contract', 'a test']);
    expect([...same.read(mutants)]).to.deep.equal(fates.map((fate, i) => [mutants[i], fate]));
    await appendFile(file, '{"mutant":"cut o');
    expect(same.read(mutants).size).to.equal(3);
    expect(new KeptFates(file, ['a contract', 'another test']).read(mutants).size).to.equal(0);
    expect(same.read(mutants).size).to.equal(0);
    await rm(folder, { recursive: true });
  });

  it('says how far it is, and names each survivor at once', () => {
    if (first === undefined || second === undefined || third === undefined) throw new Error('there are');
    let seconds = 0;
    const said = (isTTY: boolean, rounds: number): string => {
      let text = '';
      const progress = new MutationProgress({
        total: 1000,
        known: ['same-code'],
        out: { isTTY, write: (more) => (text += more) },
        elapsed: () => 1000 * seconds++,
        describe: (mutant) => (mutant === third ? 'the third' : undefined),
      });
      for (let round = 0; round < rounds; round++) progress.note(second, { code: 'a', caughtBy: 'a test' });
      progress.note(first, { code: 'b' });
      progress.note(third, { code: 'c' });
      return text;
    };
    expect(said(false, 23)).to.equal(
      'survived: the third\n26 of 1000 mutants: 23 caught, 2 survived, 1 without a test, 1 min left\n',
    );
    expect(said(true, 1)).to.match(/\r\u001b\[Ksurvived: the third\n\r\u001b\[K4 of 1000 mutants: [^\n]+$/);
  });
});

describe('tests that run again and again', () => {
  it('have no time limit of their own: slow is not wrong', async () => {
    const late = "it('late', () => new Promise((done) => setTimeout(done, 20))).timeout(1);";
    await withTests({ 'late.cjs': late }, async (tests) => {
      expect(await tests.firstFailure()).to.equal(undefined);
      expect(await tests.firstFailure()).to.equal(undefined);
    });
  });

  it('begin with the file that ranks highest, and end with the first failure', async () => {
    const wrong = "it('is wrong', () => { throw new Error('wrong'); });";
    await withTests({ 'a.cjs': wrong, 'b.cjs': wrong }, async (tests) => {
      const failed = ['a', 'b', 'a'].map((name) => `${name}.cjs is wrong`);
      expect(await tests.firstFailure()).to.equal(failed[0]);
      expect(await tests.firstFailure((file) => Number(file.endsWith('b.cjs')))).to.equal(failed[1]);
      expect(await tests.firstFailure((file) => Number(file.endsWith('a.cjs')))).to.equal(failed[2]);
    });
  });

  async function withTests(
    files: Readonly<Record<string, string>>,
    use: (tests: RepeatedTests) => Promise<void>,
  ): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-repeated-'));
    try {
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(folder, name), `describe('${name}', () => { ${text} });`);
      }
      await use(await RepeatedTests.load(Object.keys(files).map((name) => join(folder, name))));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
});

describe('an instrumented contract', () => {
  const { points, changed } = instrument([source]);

  it('reports each statement once, and both outcomes of each condition', () => {
    expect(points.map(({ kind, line, text }) => `${line} ${kind} ${text}`)).to.deep.equal([
      '8 statement _',
      '12 statement if (by > 9 || held + by >= 100) revert TooMuch(by, 9)',
      ...['by > 9 || held + by >= 100', 'by > 9', 'held + by >= 100'].flatMap((condition) => [
        `12 branch ${condition} is false`,
        `12 branch ${condition} is true`,
      ]),
      '12 statement revert TooMuch(by, 9)',
      '13 statement uint256 before = held',
      '14 statement held += by',
      '15 statement if (twice) held += by',
      '15 branch twice is false',
      '15 branch twice is true',
      '15 statement held += by',
      '16 statement emit Filled(before, held)',
    ]);
  });

  it('is the contract with nothing but reports put in', () => {
    const text = changed['contracts/Box.sol'] ?? '';
    const bare = text
      .replace(/ import \{__reached.*";/, '')
      .replaceAll(/\{ __reached\(\d+\); (.*?;) \}/g, '$1')
      .replaceAll(/__reached\(\d+\); /g, '')
      .replaceAll('__decided(', '')
      .replaceAll(/, \d+\)/g, '')
      // The second argument of the error looks like the number of a point.
      .replace('TooMuch(by;', 'TooMuch(by, 9);');
    expect(bare).to.equal(TEXT);
  });
});
