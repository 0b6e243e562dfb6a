/**
 * Third-party test vectors. They lie outside the project (`HCL_CORPORA`, or `../shared/corpora`) and are
 * never copied into it; where a corpus is absent its suite is reported as skipped, by name.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'mocha';

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Folder that holds the corpora, one folder each. */
export const corporaFolder: string =
  process.env['HCL_CORPORA'] ?? join(projectRoot, '..', 'shared', 'corpora');

/** A suite over the corpus `name`; `define` gets the corpus' folder. */
export function describeCorpus(name: string, define: (folder: string) => void): void {
  const folder = join(corporaFolder, name);
  if (existsSync(folder)) {
    describe(`corpus ${name}`, () => define(folder));
    return;
  }
  describe(`corpus ${name}`, () => {
    it.skip(`corpus ${name} is not on this machine (set HCL_CORPORA)`);
  });
}
