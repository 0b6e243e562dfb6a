/**
 * `npm run gas`: runs the contracts' mocha tests, and holds what every transaction in them costs against the
 * reviewed figures in `test/contracts/gas.json`. `npm run gas -- --write` writes that file anew.
 *
 * Hardhat records each call; kept are, of each function of ours that changes state, the least and the most gas of
 * those calls that succeeded, and of each contract its size and the gas of its deployment. One unit of difference
 * fails, as does a function that no test calls or a transaction that takes half a block.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { BLOCK_GAS_LIMIT } from '../node/chain-rules.ts';
import { ContractCompiler } from './contract-gates/compiler.ts';
import { children, type Source } from './contract-gates/syntax-tree.ts';
import { dearerThan, differences, type GasTable, toText } from './contract-gates/gas-table.ts';
import { contractTestFiles } from './contract-gates/test-files.ts';

/** The parts read here of what Hardhat's `--gas-stats-json` writes. */
interface HardhatStats {
  readonly contracts: Readonly<
    Record<
      string,
      {
        readonly sourceName: string;
        readonly contractName: string;
        readonly deployment: { readonly max: number; readonly runtimeSize: number } | null;
        readonly functions: Readonly<Record<string, { readonly min: number; readonly max: number }>> | null;
      }
    >
  >;
}

/** More than a half and two such transactions no longer share a block. */
const MOST_GAS = Number(BLOCK_GAS_LIMIT / 2n);

const root = resolve(import.meta.dirname, '..');
const FILE = join(root, 'test/contracts/gas.json');

const writes = ourWrites();
const measured = toTable(runTests());
if (process.argv.includes('--write')) {
  writeFileSync(FILE, `${JSON.stringify(measured, null, 2)}\n`);
  process.stdout.write(`wrote ${FILE}: read what has changed before you commit it\n`);
} else {
  // Written by this script, reviewed by hand; what differs in form differs in figures and fails.
  report(measured, JSON.parse(readFileSync(FILE, 'utf8')) as GasTable);
}

function runTests(): HardhatStats {
  const folder = mkdtempSync(join(tmpdir(), 'hcl-gas-'));
  try {
    const output = join(folder, 'gas.json');
    const hardhat = join(root, 'node_modules/hardhat/dist/src/cli.js');
    const args = ['test', 'mocha', '--no-compile', '--gas-stats-json', output, ...contractTestFiles()];
    const run = spawnSync(process.execPath, [hardhat, ...args], { cwd: root, stdio: 'inherit' });
    if (run.status !== 0) throw new Error('the tests of the contracts fail');
    // Hardhat's own form; what it lacks shows as a missing figure.
    return JSON.parse(readFileSync(output, 'utf8')) as HardhatStats;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function toTable({ contracts }: HardhatStats): GasTable {
  const ours = Object.values(contracts).filter(({ sourceName }) => sourceName.startsWith('contracts/'));
  const rows = ours.flatMap(({ contractName, deployment, functions }) => {
    if (deployment === null) return [];
    const measurements = Object.entries(functions ?? {}).filter(([name]) => writes.has(name));
    const gas = measurements.map(([name, { min, max }]) => [name, { least: min, most: max }] as const);
    const { runtimeSize, max } = deployment;
    const row = { codeBytes: runtimeSize, deployment: max, functions: Object.fromEntries(gas) };
    return [[contractName, row] as const];
  });
  return Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names of the functions written in `contracts/` that anyone can call and that change state. */
function ourWrites(): ReadonlySet<string> {
  return new Set([...new ContractCompiler().sources.values()].flatMap(writesOf));
}

function writesOf({ tree }: Source): readonly string[] {
  return children(tree, 'nodes')
    .filter((node) => node['contractKind'] === 'contract')
    .flatMap((contract) => children(contract, 'nodes'))
    .filter((node) => node.nodeType === 'FunctionDefinition' && node['kind'] === 'function')
    .filter((node) => node['visibility'] === 'external' || node['visibility'] === 'public')
    .filter((node) => node['stateMutability'] === 'nonpayable' || node['stateMutability'] === 'payable')
    .map((node) => String(node['name']));
}

function report(now: GasTable, reviewed: GasTable): void {
  const sent = new Set(Object.values(now).flatMap(({ functions }) => Object.keys(functions)));
  const unsent = [...writes].filter((name) => !sent.has(name)).map((name) => `${name}: no test sends it`);
  const failures = [...differences(now, reviewed), ...unsent, ...dearerThan(now, MOST_GAS)];
  process.stdout.write(toText(now));
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  if (failures.length > 0) process.stdout.write('npm run gas -- --write keeps the new figures\n');
  process.stdout.write(`\n  ${failures.length === 0 ? Object.keys(now).length : 0} passing\n`);
  if (failures.length > 0) process.stdout.write(`  ${failures.length} failing\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
