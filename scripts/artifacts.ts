/**
 * Compiled contracts: ours as `scripts/run.mjs` had Hardhat leave them in `artifacts/`, the Safe's as its authors
 * publish them on npm, unmodified.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Artifact {
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
  /** Creation code, `0x` hex. */
  readonly bytecode: string;
  /** Code on chain, `0x` hex. */
  readonly deployedBytecode: string;
}

const root = resolve(import.meta.dirname, '..');
const ours = join(root, 'artifacts', 'contracts');
const theirs = join(
  root,
  'node_modules',
  '@safe-global',
  'safe-smart-account',
  'build',
  'artifacts',
  'contracts',
);
const SAFE_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['SafeL2', theirs],
  ['SafeProxy', join(theirs, 'proxies')],
  ['SafeProxyFactory', join(theirs, 'proxies')],
]);

/** By contract name. */
export function readArtifact(name: string): Artifact {
  const folder = SAFE_FOLDERS.get(name) ?? ours;
  // Hardhat wrote it: here from sources whose digest the launcher has checked, there into the locked package.
  return JSON.parse(readFileSync(join(folder, `${name}.sol`, `${name}.json`), 'utf8')) as Artifact;
}
