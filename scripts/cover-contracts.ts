/**
 * Fails unless the contracts' mocha tests come to every statement of `contracts/` (but its tests) and see every
 * condition come out both ways. What is counted is said in `contract-gates/instrument.ts`: a line is covered when
 * every statement that begins on it is; a branch is one outcome of one condition.
 */
import process from 'node:process';
import { ContractCompiler } from './contract-gates/compiler.ts';
import { instrument, type Point } from './contract-gates/instrument.ts';
import { TestRunner } from './contract-gates/test-runner.ts';

const { points, changed } = instrument([...new ContractCompiler().sources.values()]);
await using runner = await TestRunner.start({ watched: true });
const answer = await runner.run({ changed });
if (answer.kind !== 'tested')
  throw new Error(`the contracts were not instrumented: ${JSON.stringify(answer)}`);
if (answer.failure !== undefined)
  throw new Error(`a test fails on instrumented contracts: ${answer.failure}`);

const hits = new Set(answer.hits.map((tag) => Number(BigInt(`0x${tag}`))));
const missed = points.filter((_, n) => !hits.has(n));
report();
process.exitCode = missed.length === 0 ? 0 : 1;

function report(): void {
  const say = (text: string): unknown => process.stdout.write(`${text}\n`);
  say(`${'file'.padEnd(40)} lines            branches`);
  for (const [file, ofFile] of Map.groupBy(points, (point) => point.file)) say(row(file, ofFile));
  say(row('all', points));
  for (const { kind, file, line, text } of missed) say(`missed: ${kind}, ${file}:${line}, ${text}`);
  const files = [...new Set(points.map(({ file }) => file))];
  say(`\n  ${files.filter((file) => !missed.some((point) => point.file === file)).length} passing`);
  if (missed.length > 0) say(`  ${missed.length} failing`);
}

function row(name: string, some: readonly Point[]): string {
  const statements = Map.groupBy(
    some.filter(({ kind }) => kind === 'statement'),
    ({ file, line }) => `${file}:${line}`,
  );
  const lines = [...statements.values()].map((onLine) => onLine.every(isHit));
  const branches = some.filter(({ kind }) => kind === 'branch').map(isHit);
  return `${name.padEnd(40)} ${share(lines).padEnd(16)} ${share(branches)}`;
}

function isHit(point: Point): boolean {
  return !missed.includes(point);
}

/** `99.50 % (199/200)`; a file of declarations has nothing to cover. */
function share(covered: readonly boolean[]): string {
  if (covered.length === 0) return '-';
  const hit = covered.filter(Boolean).length;
  return `${((100 * hit) / covered.length).toFixed(2)} % (${hit}/${covered.length})`;
}
