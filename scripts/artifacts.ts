/** Compiled contracts, as `scripts/run.mjs` had Hardhat leave them in `artifacts/`. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Artifact {
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
  /** Creation code, `0x` hex. */
  readonly bytecode: string;
}

const folder = resolve(import.meta.dirname, '..', 'artifacts');

/** By contract name; OpenZeppelin's AccessManager is the one that is not ours. */
export function readArtifact(name: string): Artifact {
  const source = name === 'AccessManager' ? '@openzeppelin/contracts/access/manager' : 'contracts';
  // Hardhat wrote it from sources whose digest the launcher has checked.
  return JSON.parse(readFileSync(join(folder, source, `${name}.sol`, `${name}.json`), 'utf8')) as Artifact;
}
