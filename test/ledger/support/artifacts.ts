/** Compiled contracts, as Hardhat left them in `artifacts/`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonFragment } from 'ethers';

interface Artifact {
  readonly abi: readonly JsonFragment[];
  readonly bytecode: string;
}

const root = join(import.meta.dirname, '..', '..', '..', 'artifacts');

/** By contract name, OpenZeppelin's AccessManager included. */
export function artifactOf(name: string): Artifact {
  const folder = name === 'AccessManager' ? '@openzeppelin/contracts/access/manager' : 'contracts';
  return JSON.parse(readFileSync(join(root, folder, `${name}.sol`, `${name}.json`), 'utf8')) as Artifact;
}
