/**
 * `npm run check`: format, lint, types and tests, in that order, all of them whatever the first ones say.
 * `npm run format` (`--fix`) writes the format instead of checking it, and stops there.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '..');
const tool = (path: string): string => join(root, 'node_modules', path);
const prettier = [tool('prettier/bin/prettier.cjs'), '.', '--log-level=warn'];

if (process.argv.includes('--fix')) process.exit(run([...prettier, '--write']) ? 0 : 1);

/** Types and TypeScript lint are suites of `scripts/test.ts`. */
const CHECKS: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['format', [...prettier, '--check']],
  [
    'solidity lint',
    [tool('solhint/solhint.js'), '--disc', '--noPoster', '--max-warnings=0', 'contracts/**/*.sol'],
  ],
  ['tests', [join(root, 'scripts', 'test.ts')]],
];

const failures = CHECKS.filter(([name, command]) => {
  process.stdout.write(`\n══ ${name}\n`);
  return !run(command);
}).map(([name]) => name);

process.stdout.write(
  failures.length === 0 ? '\ncheck: all good\n' : `\ncheck: failed: ${failures.join(', ')}\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

function run(command: readonly string[]): boolean {
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status === 0;
}
