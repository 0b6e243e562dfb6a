/**
 * The packages to measure beside ours. They are no dependencies of this project: `npm/package.json` beside this file
 * names them, and they are installed into a folder of their own when they are first asked for. What this project
 * depends on itself comes from its own tree.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const NAMED = join(import.meta.dirname, 'npm');
export const PEERS_FOLDER: string = join(ROOT, 'cache', 'bench-peers');

/** What a package, or a file of one, exports. */
export type Load = (name: string) => unknown;

export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Brings what is missing from the npm registry, without running anything of it; otherwise answers why not. */
export async function installPeers(): Promise<string | undefined> {
  const lock = await readFile(join(NAMED, 'package-lock.json'), 'utf8');
  const stamp = join(PEERS_FOLDER, 'installed');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return undefined;
  await mkdir(PEERS_FOLDER, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(join(NAMED, file), join(PEERS_FOLDER, file));
  if (!(await runNpm())) return 'npm could not install them';
  await writeFile(stamp, lock);
  return undefined;
}

/** Not `npm ci`, which fails where a registry lacks optional packages that nobody here wants. */
async function runNpm(): Promise<boolean> {
  const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
  const child = spawn('npm', ['install', ...flags], {
    cwd: PEERS_FOLDER,
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } catch {
    return false;
  }
}

/** Throws when the package is not there. */
export const load: Load = (name) => {
  const folder = folderOf(/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  if (folder === undefined) throw new Error(`${name} is not installed`);
  return createRequire(join(folder, 'package.json'))(name);
};

/** `undefined`: not installed. */
export function factsOf(name: string): PackageFacts | undefined {
  const folder = folderOf(name);
  if (folder === undefined) return undefined;
  const file = join(folder, 'node_modules', name, 'package.json');
  // Every installed package has these members.
  const { version, license } = JSON.parse(readFileSync(file, 'utf8')) as {
    version: string;
    license?: string;
  };
  return { name, version, licence: license ?? 'none named' };
}

function folderOf(name: string): string | undefined {
  return [ROOT, PEERS_FOLDER].find((folder) =>
    existsSync(join(folder, 'node_modules', name, 'package.json')),
  );
}
