/** The mocha tests of the contracts. */
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');

/** Absolute paths. */
export function contractTestFiles(): readonly string[] {
  return globSync('test/contracts/**/*.test.ts', { cwd: root })
    .sort()
    .map((path) => join(root, path));
}
