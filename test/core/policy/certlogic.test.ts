/** CertLogic as specified: the specification's own suites, and which expressions are no CertLogic. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from 'certlogic-js/dist/evaluator.js';
import { validateFormat } from 'certlogic-js/dist/validation/format-validator.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ask, isAffordable } from '../../../core/policy/certlogic.ts';
import {
  costOf,
  MAX_EXPRESSION_DEPTH,
  MAX_EXPRESSION_NODES,
  parseExpression,
} from '../../../core/policy/expression.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name?: string;
  readonly certLogicExpression?: unknown;
  readonly assertions?: readonly { certLogicExpression?: unknown; data: unknown; expected: unknown }[];
  readonly issues?: unknown;
}

/** Assertions of these files that the released engine does not meet, with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['patched-reduce.json', 'marked "skip" by its authors: `data` inside of a lambda came after release 1.2.2'],
]);

describeCorpus('certlogic', (folder) => {
  const read = (path: string): Suite => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Suite;
  const files = readdirSync(join(folder, 'testSuite'));

  it('gives every value that the suites expect, but for what came after the release', () => {
    const rows = files.map((file) => ({ file, ...tally(read(join('testSuite', file))) }));
    process.stdout.write(tableOf(rows));
    for (const { file, wrong } of rows) {
      if (EXCEPTIONS.has(file)) expect(wrong, file).to.have.lengthOf(4);
      else expect(wrong, file).to.deep.equal([]);
    }
  });

  it('takes every expression that evaluates', () => {
    for (const file of files) {
      for (const { certLogicExpression, assertions = [] } of read(join('testSuite', file)).cases) {
        for (const one of assertions) {
          const expression = one.certLogicExpression ?? certLogicExpression;
          if (validateFormat(expression).length > 0) continue;
          expect(
            codeThrownBy(() => parseExpression(expression)),
            file,
          ).to.equal(undefined);
        }
      }
    }
  });

  for (const file of readdirSync(join(folder, 'validation-testSuite'))) {
    it(`refuses what ${file} calls invalid, for the reason it gives`, () => {
      for (const { certLogicExpression, issues } of read(join('validation-testSuite', file)).cases) {
        expect(validateFormat(certLogicExpression)).to.deep.equal(issues);
        expectThrows(() => parseExpression(certLogicExpression), 'POLICY_EXPRESSION_INVALID');
      }
    });
  }
});

function tally({ cases }: Suite): { passed: number; wrong: readonly string[] } {
  let passed = 0;
  const wrong: string[] = [];
  for (const { name = '', certLogicExpression, assertions = [] } of cases) {
    for (const { certLogicExpression: own, data, expected } of assertions) {
      // The suites' expressions are CertLogic, some of them wrong on purpose.
      const expression = (own ?? certLogicExpression) as Parameters<typeof evaluate>[0];
      if (isEqual(() => evaluate(expression, data), expected)) passed++;
      else wrong.push(name);
    }
  }
  return { passed, wrong };
}

/** The suites write a date-time as text. */
function isEqual(run: () => unknown, expected: unknown): boolean {
  try {
    return JSON.stringify(run()) === JSON.stringify(expected);
  } catch {
    return false;
  }
}

function tableOf(rows: readonly { file: string; passed: number; wrong: readonly string[] }[]): string {
  const lines = rows.map(({ file, passed, wrong }) => {
    const counts = `${String(passed).padStart(5)}${String(wrong.length).padStart(5)}`;
    return `      ${file.padEnd(44)}${counts}  ${wrong.length === 0 ? '' : EXCEPTIONS.get(file)}`.trimEnd();
  });
  return [`      ${'suite'.padEnd(44)}agree  not`, ...lines, ''].join('\n');
}

describe('an expression', () => {
  const nested = (levels: number): unknown =>
    Array.from({ length: levels }).reduce<unknown>((inner) => ({ '!': [inner] }), true);

  it('nests and grows only so far', () => {
    // Each level is an object and a list.
    expect(codeThrownBy(() => parseExpression(nested(MAX_EXPRESSION_DEPTH / 2)))).to.equal(undefined);
    expectThrows(() => parseExpression(nested(MAX_EXPRESSION_DEPTH / 2 + 1)), 'POLICY_EXPRESSION_TOO_LARGE');
    expectThrows(() => parseExpression(nested(100_000)), 'POLICY_EXPRESSION_TOO_LARGE');
    const wide = Array.from({ length: MAX_EXPRESSION_NODES }, () => 1);
    expectThrows(() => parseExpression(wide), 'POLICY_EXPRESSION_TOO_LARGE');
    expectThrows(() => parseExpression('x'.repeat(2001)), 'POLICY_EXPRESSION_TOO_LARGE');
  });

  it('reaches for no member that nobody wrote', () => {
    for (const path of [
      '__proto__',
      'payload.__proto__.x',
      'payload.constructor',
      'payload.v.map',
      'toString',
    ]) {
      expectThrows(() => parseExpression({ var: path }), 'POLICY_PATH_FORBIDDEN');
    }
    expect(codeThrownBy(() => parseExpression({ var: 'payload.v.length' }))).to.equal(undefined);
  });

  it('has no operator beyond CertLogic, however it is spelt', () => {
    const odd = JSON.parse('{"__proto__": [1, 2]}') as unknown;
    for (const expression of [
      { or: [true, true] },
      { '==': [1, 1] },
      { constructor: ['x'] },
      odd,
      { AND: [1, 1] },
    ]) {
      expectThrows(() => parseExpression(expression), 'POLICY_EXPRESSION_INVALID');
    }
    for (const number of [1e300, 2 ** 53, 0.5, Number.NaN]) {
      expectThrows(() => parseExpression({ '+': [number, 1] }), 'POLICY_EXPRESSION_INVALID');
    }
  });

  it('says yes or no only with true and false; everything else is undecided', () => {
    const answer = (expression: unknown, data: unknown = {}): string =>
      ask(parseExpression(expression), data);
    expect(answer(true)).to.equal('yes');
    expect(answer({ '!': [true] })).to.equal('no');
    for (const expression of [1, 'true', [], { var: 'nothing' }, { '+': ['a', 1] }, { in: [1, 2] }]) {
      expect(answer(expression), JSON.stringify(expression)).to.equal('undecided');
    }
    expect(answer({ var: 'a' }, { a: { toString: 1 } })).to.equal('undecided');
    expect(answer({ '!': [{ var: 'a' }] }, { a: { toString: 1 } })).to.equal('undecided');
  });

  it('is not begun when its reduces could take too long', () => {
    const inner = { reduce: [{ var: 'current' }, { '+': [{ var: 'accumulator' }, 1] }, 0] };
    const middle = { reduce: [{ var: 'current' }, inner, 0] };
    const expression = parseExpression({ reduce: [{ var: 'list' }, middle, 0] });
    expect(costOf(expression, 10)).to.be.below(20_000);
    expect(costOf(expression, 1000)).to.be.above(1_000_000_000);
    const list = Array.from({ length: 1000 }, () => 1);
    expect(isAffordable(expression, 1000)).to.equal(false);
    expect(isAffordable(expression, 10)).to.equal(true);
    const sum = { reduce: [{ var: 'list' }, { '+': [{ var: 'accumulator' }, { var: 'current' }] }, 0] };
    expect(ask(parseExpression({ '===': [sum, 1000] }), { list })).to.equal('yes');
  });
});
