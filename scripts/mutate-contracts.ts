/**
 * `npm run test:mutation`: spoils the contracts in every way `contract-gates/operators.ts` knows, one at a time,
 * and expects the contracts' mocha tests to notice each. `--sample=N` tries N of them, chosen by `HCL_SEED`.
 * `--resume` goes on where a run of all was interrupted, if neither contracts nor tests have changed since.
 * `--contract=NAME`, as often as wanted, spoils these contracts only.
 *
 * It fails when a mutant survives that `test/contracts/equivalent-mutants.json` does not list, when one listed
 * there is caught or is no mutant any more, and, when all are tried, below 200 mutants or 95 % caught.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { testSeed } from '../test/support/scale.ts';
import { ContractCompiler } from './contract-gates/compiler.ts';
import { readEquivalents, review } from './contract-gates/equivalents.ts';
import { KeptFates } from './contract-gates/kept-fates.ts';
import { type Mutant, mutantsOf } from './contract-gates/mutants.ts';
import { MutationProgress } from './contract-gates/mutation-progress.ts';
import { type Fate, type Result, sampleOrder, type Tried, tryMutants } from './contract-gates/mutation.ts';
import { OPERATORS } from './contract-gates/operators.ts';

const LEAST_MUTANTS = 200;
const LEAST_CAUGHT = 0.95;
const JOBS = 2;
const root = resolve(import.meta.dirname, '..');
const FATES_FILE = join(root, 'cache/contract-mutants.jsonl');

const { sample, resumes, contracts } = readArguments(process.argv.slice(2));
const startedAt = performance.now();
const all = [...new ContractCompiler().sources.values()].flatMap(mutantsOf);
const { equivalent, stale } = review(all, readEquivalents());
const isOfAll = contracts.length === 0;
const mutants = all.filter(({ file }) => isOfAll || contracts.includes(basename(file, '.sol')));
const result = sample === undefined ? await tryAll() : await trySome(sample);
report(result);
process.exitCode = failures(result).length === 0 ? 0 : 1;

interface Arguments {
  readonly sample: number | undefined;
  readonly resumes: boolean;
  /** By name; none: all of them. */
  readonly contracts: readonly string[];
}

function readArguments(words: readonly string[]): Arguments {
  const contracts = words.flatMap((word) => /^--contract=(\w+)$/.exec(word)?.[1] ?? []);
  const digits = words.map((word) => /^--sample=(\d+)$/.exec(word)?.[1]).find((found) => found !== undefined);
  const sample = digits === undefined ? undefined : Number(digits);
  return { sample, resumes: words.includes('--resume'), contracts };
}

function trySome(limit: number): Promise<Result> {
  const listed = mutants.filter((mutant) => !equivalent.has(mutant));
  return tryMutants(sampleOrder(listed, testSeed), { jobs: JOBS, limit });
}

async function tryAll(): Promise<Result> {
  const kept = new KeptFates(FATES_FILE, textsThatDecide());
  if (!resumes) kept.clear();
  const known = kept.read(mutants);
  const progress = new MutationProgress({
    total: mutants.length,
    known: known.values(),
    out: process.stderr,
    elapsed: () => performance.now(),
    describe: (mutant) => (equivalent.has(mutant) ? undefined : describe(mutant)),
  });
  const onFate = (mutant: Mutant, fate: Fate): void => {
    kept.add(mutant, fate);
    progress.note(mutant, fate);
  };
  const tried = await tryMutants(mutants, { jobs: JOBS, limit: Infinity, known, onFate });
  progress.end();
  return tried;
}

/** The contracts, their tests, and whatever those may use. */
function textsThatDecide(): readonly string[] {
  const patterns = [
    'contracts/**/*.sol',
    '{core,ledger,scripts/contract-gates,test/contracts,test/support}/**/*.ts',
  ];
  return globSync(patterns, { cwd: root })
    .sort()
    .map((path) => readFileSync(join(root, path), 'utf8'));
}

function report({ tried, invalid, sameCode }: Result): void {
  const say = (text: string): unknown => process.stdout.write(`${text}\n`);
  say(`operator      made  caught  equivalent  survived`);
  for (const { name } of OPERATORS) say(row(name, ofOperator(tried, name)));
  say(row('all', tried));
  say(
    `(${mutants.length} candidates; of those tried ${invalid} did not compile, ${sameCode} were the same code)`,
  );
  say(`seed ${testSeed}, ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  for (const failure of failures(result)) say(failure);
  say(`  ${tried.filter(isCaught).length} passing`);
  if (failures(result).length > 0) say(`  ${failures(result).length} failing`);
}

function row(name: string, tried: readonly Tried[]): string {
  const survivors = tried.filter((one) => !isCaught(one));
  const listed = survivors.filter(({ mutant }) => equivalent.has(mutant)).length;
  const cells = [tried.length, tried.length - survivors.length, listed, survivors.length - listed];
  return `${name.padEnd(12)} ${cells.map((cell, n) => String(cell).padStart([5, 8, 12, 10][n] ?? 8)).join('')}`;
}

function failures({ tried }: Result): readonly string[] {
  return [
    ...tried
      .filter((one) => !isCaught(one) && !equivalent.has(one.mutant))
      .map(({ mutant }) => `survived: ${describe(mutant)}`),
    ...tried
      .filter((one) => isCaught(one) && equivalent.has(one.mutant))
      .map(
        ({ mutant, caughtBy }) => `listed as equivalent, but "${caughtBy}" catches it: ${describe(mutant)}`,
      ),
    ...stale.map(({ file, within, original, changed }) => {
      return `listed as equivalent, but no mutant any more: ${file} ${within}\n    ${original}\n  → ${changed}`;
    }),
    ...(sample === undefined && isOfAll ? shortfalls(tried) : []),
  ];
}

function shortfalls(tried: readonly Tried[]): readonly string[] {
  const caught = tried.filter(isCaught).length;
  return [
    ...(tried.length < LEAST_MUTANTS
      ? [`only ${tried.length} mutants, at least ${LEAST_MUTANTS} are due`]
      : []),
    ...(caught < LEAST_CAUGHT * tried.length ? [`only ${caught} of ${tried.length} mutants caught`] : []),
  ];
}

function ofOperator(tried: readonly Tried[], name: string): readonly Tried[] {
  return tried.filter(({ mutant }) => mutant.operator === name);
}

function isCaught({ caughtBy }: Tried): boolean {
  return caughtBy !== undefined;
}

function describe({ file, line, within, operator, original, changed }: Mutant): string {
  return `${operator}, ${file}:${line}, ${within}\n    ${original}\n  → ${changed}`;
}
