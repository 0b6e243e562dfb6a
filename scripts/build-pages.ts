/**
 * The pages, built by Vite into `web/dist/<digest of their sources>`: the same sources are built once. Two builds at
 * once do no harm, for each writes beside and moves into place. As a program it prints the folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'web', 'dist');
const SOURCES = ['web', 'core'] as const;
const FILES = ['package-lock.json', 'tsconfig.json'] as const;
const NOT_SOURCES: ReadonlySet<string> = new Set(['dist']);
const DIGEST_LENGTH = 16;

/** Resolves to the folder of the built pages; a few seconds the first time. */
export async function buildPages(): Promise<string> {
  const version = digestOfSources();
  const folder = join(dist, version);
  if (existsSync(folder)) return folder;
  await mkdir(dist, { recursive: true });
  const fresh = await mkdtemp(join(dist, '.building-'));
  await buildVersion(version, fresh);
  await rename(fresh, folder).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    // Somebody else was faster; what they built is the same.
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/** Builds anew. Each script of a page says that it is of this version (`web/shared/version.ts`). */
export async function buildVersion(version: string, folder: string): Promise<void> {
  // Loaded only when there is something to build.
  const { build } = await import('vite');
  await build({
    configFile: join(root, 'web', 'vite.config.ts'),
    define: { HCL_VERSION: JSON.stringify(version) },
    build: { outDir: folder, emptyOutDir: true },
  });
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const file of [
    ...SOURCES.flatMap((folder) => filesUnder(join(root, folder))),
    ...FILES.map((file) => join(root, file)),
  ]) {
    hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, DIGEST_LENGTH);
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_SOURCES.has(name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .sort();
}

if (import.meta.main) process.stdout.write(`${await buildPages()}\n`);
