/**
 * A process that compiles changed contracts and runs the mocha tests on them, one request after the other.
 * `TestRunner` starts it; this is faster than a process a change, because Hardhat, solc and the tests are loaded
 * once. Its artifacts lie in the folder that `HCL_GATE_FOLDER` names.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process, { memoryUsage } from 'node:process';
import { hooks } from 'hardhat';
import { type ContractCode, ContractCompiler } from './compiler.ts';
import { RepeatedTests } from './repeated-tests.ts';
import { contractTestFiles } from './test-files.ts';

export interface TestRequest {
  /** New texts of sources, by path; the others are as they are in `contracts/`. */
  readonly changed: Readonly<Record<string, string>>;
}

export type TestAnswer =
  | { readonly kind: 'invalid'; readonly message: string }
  /** What was changed compiles to exactly the code it compiled to before. */
  | { readonly kind: 'same-code' }
  | {
      readonly kind: 'tested';
      /** Digest of the changed code: equal for changes that come to the same. */
      readonly code: string;
      /** The first test that failed; none after it was run. */
      readonly failure?: string;
      /** What `Coverage.sol` reported, each once; only of a watched runner. */
      readonly hits: readonly string[];
      /** Memory that this process holds. */
      readonly rssBytes: number;
    };

const artifacts = join(process.env['HCL_GATE_FOLDER'] ?? '', 'artifacts');
const compiler = new ContractCompiler();
const original = codeByName(compileOrThrow());
/** What the artifacts hold now. */
const written = new Map<string, ContractCode>();
/** Answers by digest of the code. */
const known = new Map<string, TestAnswer>();
const hits = new Set<string>();
// A network that is watched stays in memory for good, so only on request.
if (process.env['HCL_GATE_WATCH'] === '1') {
  hooks.registerHandlers('network', {
    onCoverageData: async (_context, tags) => tags.forEach((tag) => hits.add(tag)),
  });
}
const tests = await RepeatedTests.load(contractTestFiles());
/** By path. */
const textOf = new Map(contractTestFiles().map((file) => [file, readFileSync(file, 'utf8')]));

process.on('disconnect', () => process.exit());
process.on('message', (request: TestRequest) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.send?.('ready');

async function answer({ changed }: TestRequest): Promise<TestAnswer> {
  globalThis.gc?.(); // a simulated network is held outside of JavaScript's heap, which does not feel its weight
  const result = compiler.compile(new Map(Object.entries(changed)));
  if (result.kind === 'invalid') return result;
  const code = codeByName(result.contracts);
  const differs = [...code].some(([name, one]) => !isSame(one, original.get(name)));
  if (!differs && Object.keys(changed).length > 0) return { kind: 'same-code' };
  const id = digest(code);
  const reply = known.get(id) ?? (await test(id, code));
  known.set(id, reply);
  return reply;
}

async function test(id: string, code: ReadonlyMap<string, ContractCode>): Promise<TestAnswer> {
  for (const [name, one] of original) write(code.get(name) ?? one);
  hits.clear();
  const changed = [...code].filter(([key, one]) => !isSame(one, original.get(key)));
  const names = changed.map(([, { name }]) => name);
  // Most likely it is a test that speaks much of what has changed.
  const failure = await tests.firstFailure((file) => mentions(file, names));
  return {
    kind: 'tested',
    code: id,
    ...(failure === undefined ? {} : { failure }),
    hits: [...hits],
    rssBytes: memoryUsage.rss(),
  };
}

function mentions(file: string, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (textOf.get(file) ?? '').split(name).length - 1, 0);
}

function compileOrThrow(): readonly ContractCode[] {
  const result = compiler.compile(new Map());
  if (result.kind === 'invalid') throw new Error(result.message);
  return result.contracts;
}

function write(code: ContractCode): void {
  const name = nameOf(code);
  if (written.get(name) === code) return;
  const file = join(artifacts, code.path, `${code.name}.json`);
  // An artifact is a JSON object; what is changed here are all of its parts that are code.
  const artifact = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  artifact['bytecode'] = `0x${code.bytecode.object}`;
  artifact['linkReferences'] = code.bytecode.linkReferences;
  artifact['deployedBytecode'] = `0x${code.deployedBytecode.object}`;
  artifact['deployedLinkReferences'] = code.deployedBytecode.linkReferences;
  writeFileSync(file, JSON.stringify(artifact));
  written.set(name, code);
}

function codeByName(contracts: readonly ContractCode[]): Map<string, ContractCode> {
  return new Map(contracts.map((one) => [nameOf(one), one]));
}

function nameOf({ path, name }: ContractCode): string {
  return `${path}:${name}`;
}

function isSame(one: ContractCode, other: ContractCode | undefined): boolean {
  return one.bytecode.object === other?.bytecode.object;
}

function digest(code: ReadonlyMap<string, ContractCode>): string {
  const hash = createHash('sha256');
  for (const [name, { bytecode }] of code) hash.update(`${name}=${bytecode.object}\n`);
  return hash.digest('hex');
}
