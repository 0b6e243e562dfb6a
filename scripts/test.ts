/**
 * `npm test`: everything that must hold on every change. `npm run test:long` (`--long`) runs the same suites
 * with the deep settings of `test/support/scale.ts`. `npm test -- <words>` runs only the suites named.
 *
 * Suites of one stage run two at a time; a suite that keeps two cores busy has a stage to itself.
 *
 * What failed is printed again, suite by suite, before the closing counts. The last line reads
 * `N passed, N failed` (`, N skipped`).
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** What the suite printed of its failures, to be read again at the end of a long log. */
  readonly failures: string;
}

const root = resolve(import.meta.dirname, '..');
const tool = (path: string): string => join(root, 'node_modules', path);
const hardhat = tool('hardhat/dist/src/cli.js');
const TEST_TIMEOUT_MS = 120_000;
const LONG_TEST_TIMEOUT_MS = 3_600_000;
/** One more than the cores it is measured on: there is always one that waits, for a process, a timer or a browser. */
const TEST_JOBS = 3;

const { isLong, wanted } = readArguments(process.argv.slice(2));

const STAGES: readonly (readonly Suite[])[] = [
  [
    { name: 'types', command: [tool('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
    { name: 'types-web', command: [tool('typescript/bin/tsc'), '-p', 'web/tsconfig.json'] },
    { name: 'lint', command: [tool('oxlint/bin/oxlint'), '--type-aware'] },
  ],
  [
    {
      name: 'programs',
      command: [
        tool('mocha/bin/mocha.js'),
        ...programTests(),
        '--require=./test/support/compile-schemas-once.ts',
        '--parallel',
        `--jobs=${TEST_JOBS}`,
        `--timeout=${isLong ? LONG_TEST_TIMEOUT_MS : TEST_TIMEOUT_MS}`,
        '--forbid-only',
      ],
    },
  ],
  [
    { name: 'contract-properties', command: [hardhat, 'test', 'solidity', '--no-compile'] },
    { name: 'contract-coverage', command: [join(root, 'scripts/cover-contracts.ts')] },
    { name: 'contracts', command: [join(root, 'scripts/measure-gas.ts')] },
  ],
  [
    {
      name: 'contract-mutants',
      command: [join(root, 'scripts/mutate-contracts.ts'), ...(isLong ? [] : ['--sample=20'])],
    },
  ],
];
const AT_ONCE = 2;
const FAILURE_CHARACTERS = 6_000;

const names = STAGES.flat().map(({ name }) => name);
if (wanted.some((name) => !names.includes(name))) {
  process.stderr.write(`suites: ${names.join(', ')}\n`);
  process.exit(2);
}

const outcomes: Outcome[] = [];
for (const stage of STAGES) outcomes.push(...(await runStage(stage.filter(isWanted))));
report(outcomes);

function isWanted({ name }: Suite): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

async function runStage(suites: readonly Suite[]): Promise<readonly Outcome[]> {
  const waiting = suites.entries();
  const ended: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (const [at, suite] of waiting) ended[at] = await run(suite, suites.length === 1);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return ended;
}

function readArguments(words: readonly string[]): { isLong: boolean; wanted: readonly string[] } {
  return { isLong: words.includes('--long'), wanted: words.filter((word) => !word.startsWith('--')) };
}

/** All but the contracts' own. What takes long begins first, so that all jobs end together. */
function programTests(): readonly string[] {
  const long = ['{flows,web}/**/*', '**/*{kill,crash,power-cut,io-faults,hostile}'];
  const patterns = [...long, '**/*'].map((name) => `test/${name}.test.ts`);
  const options = { cwd: root, exclude: ['test/contracts/**'] };
  return [...new Set(patterns.flatMap((pattern) => globSync(pattern, options).toSorted()))];
}

/** A suite that runs beside another is printed as a whole when it ends. */
function run(suite: Suite, isAlone: boolean): Promise<Outcome> {
  const heading = `\n── ${suite.name}\n`;
  if (isAlone) process.stdout.write(heading);
  const startedAt = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, suite.command, {
      cwd: root,
      env: {
        ...process.env,
        HCL_LONG: isLong ? '1' : '0',
        HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
        // Suites and what they start load the same sources some two hundred times; compiling is half of that.
        NODE_COMPILE_CACHE: join(tmpdir(), 'hcl-compile-cache'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (isAlone) process.stdout.write(text);
    });
    child.on('error', fail);
    child.on('close', (code) => {
      if (!isAlone) process.stdout.write(heading + output);
      done({
        name: suite.name,
        seconds: (performance.now() - startedAt) / 1000,
        ...count(output, code === 0),
      });
    });
  });
}

/**
 * Reads mocha's and Hardhat's closing counts. A suite without counts (types, lint) is one check; one that
 * ends badly without a counted failure has failed once, whatever it counted.
 */
function count(output: string, endedWell: boolean): Omit<Outcome, 'name' | 'seconds'> {
  const lines = stripColour(output).split('\n');
  const sum = (word: string): number =>
    lines
      .map((line) => new RegExp(`^\\s*(\\d+) ${word}\\b`).exec(line)?.[1])
      .reduce((total, digits) => total + Number(digits ?? 0), 0);
  const passed = sum('passing');
  const failed = sum('failing');
  const skipped = lines.flatMap((line) => /^\s+- (.+)$/.exec(line)?.[1] ?? []).slice(0, sum('pending'));
  const counted = passed + failed > 0;
  const failures = endedWell ? '' : readFailures(lines);
  if (!endedWell) return { passed, failed: Math.max(failed, 1), skipped, failures };
  return { passed: counted ? passed : 1, failed, skipped, failures };
}

/** From the count of failures on (mocha lists them after it); of a suite that counts nothing, its last lines. */
function readFailures(lines: readonly string[]): string {
  const at = lines.findIndex((line) => /^\s*\d+ failing\b/.test(line));
  const text = lines.slice(Math.max(at, 0)).join('\n');
  return at < 0 ? lines.join('\n').slice(-FAILURE_CHARACTERS) : text.slice(0, FAILURE_CHARACTERS);
}

function stripColour(text: string): string {
  // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}

function report(all: readonly Outcome[]): void {
  for (const { name, failures } of all) {
    if (failures !== '') process.stdout.write(`\n── ${name}: what failed\n${failures}\n`);
  }
  process.stdout.write('\n');
  for (const { name, seconds, passed, failed, skipped } of all) {
    const verdict = failed === 0 ? 'ok  ' : 'FAIL';
    process.stdout.write(
      `${verdict} ${name.padEnd(20)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed  ${seconds.toFixed(1)} s\n`,
    );
    for (const reason of skipped) process.stdout.write(`     skipped: ${reason}\n`);
  }
  const total = (pick: (outcome: Outcome) => number): number => all.reduce((sum, one) => sum + pick(one), 0);
  const skips = total((one) => one.skipped.length);
  const failures = total((one) => one.failed);
  process.stdout.write(
    `\n${total((one) => one.passed)} passed, ${failures} failed${skips > 0 ? `, ${skips} skipped` : ''}\n`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}
