/**
 * The main job as a user runs it: `npm start` on an empty folder, the command line beside it, a kill in the
 * middle of things, and a second start that comes back with the same history.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { Verdict } from '../../core/verify/verdict.ts';

const root = resolve(import.meta.dirname, '..', '..');
const CSV = [
  'type,nameEn,dob,docType,docNumber,docIssuer,disease,product,doseNumber,seriesDoses,date,country',
  'vaccination,"SPECIMEN, FLOW ONE",1980-01-01,PASSPORT,K00000001,HK,sct|840539006,eu|EU/1/20/1528,1,2,2022-03-01,HK',
  'vaccination,"SPECIMEN, FLOW TWO",1981-13-01,PASSPORT,K00000002,HK,sct|840539006,eu|EU/1/20/1528,1,2,2022-03-01,HK',
  '',
].join('\n');

/**
 * How long one step may take or a process may say nothing, on however busy a machine. The whole has no limit of its
 * own: it is a dozen processes one after the other, and how long they take together says nothing.
 */
const STEP_MS = 110_000;

/** Started and not ended yet. */
const running = new Set<ChildProcess>();

describe('flow: the demonstration', function () {
  this.timeout(0);
  let data: string;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'hcl-flow-'));
  });

  afterEach(async () => {
    // What a failed test has left behind.
    const left = [...running];
    for (const child of left) child.kill('SIGKILL');
    await Promise.all(left.map((child) => once(child, 'exit')));
  });

  after(async () => {
    await rm(data, { recursive: true, force: true });
  });

  it('starts from nothing and ends with codes that a checkpoint accepts and ones that it refuses', async () => {
    const { code, out } = await run(['scripts/start.ts', '--once'], data);
    expect(code, out).to.equal(0);
    expect(out, out).to.match(/HK-DH takes in hk-vaccinations\.csv: 38 new, 0 known already, 3 refused/);
    expect(out, out).to.match(/HK-DH takes in hk-other-records\.csv: 7 new, 0 known already, 3 refused/);

    const names = ['good', 'tampered', 'revoked', 'stolen-key', 'stolen-key-after-a-day'];
    const files = names.map((name) => join(data, 'codes', `${name}.txt`));
    const verdicts = await verdictsOf(['verify', '--json', ...files, join(data, 'codes', 'good.png')], data);
    expect(verdicts.map(({ outcome, reasons }) => [outcome, ...reasons])).to.deep.equal([
      ['pass'],
      ['stop', 'SIGNATURE_INVALID'],
      ['stop', 'STATUS_REVOKED'],
      ['refer', 'ROOT_NOT_SEEN'],
      ['stop', 'ROOT_NEVER_ANCHORED'],
      ['pass'],
    ]);
  });

  it('comes back after kill -9 with everything it had acknowledged, and the whole history can be re-derived', async () => {
    const consortium = startConsortium(data);
    await untilPrinted(consortium, /Running\./);
    const records = join(data, 'records.csv');
    await writeFile(records, CSV);
    const issued = await run(
      ['cli/main.ts', 'issue', '--issuer', 'HK-DH', '--out', join(data, 'out'), records],
      data,
    );
    expect(issued.out).to.include('dob');
    consortium.kill('SIGKILL');
    await ended(consortium);

    const again = startConsortium(data);
    const said = await untilPrinted(again, /Running\./);
    expect(said, said).to.match(/HK-DH takes in hk-vaccinations\.csv: 0 new, 38 known already, 3 refused/);
    const codes = (await readFile(join(data, 'codes', 'hk-dh-venue.txt'), 'utf8')).trim().split('\n');
    expect(codes).to.have.length(38);
    const verdicts = await verdictsOf(['verify', '--json', join(data, 'codes', 'hk-dh-venue.txt')], data);
    expect(verdicts.filter(({ outcome }) => outcome === 'pass')).to.have.length(37);

    expect(said, said).to.match(/HK-DH takes in hk-other-records\.csv: 0 new, 7 known already, 3 refused/);
    const [, toPaste = ''] = /npm run -s hcl -- (act .*)/.exec(said) ?? [];
    const acted = await run(['cli/main.ts', ...toPaste.split(' ')], data);
    expect(acted.code, acted.out).to.equal(0);
    expect(acted.out).to.match(/HK-DH: suspend [0-9a-f]{32}, 1 credential/);

    const audit = await run(['cli/main.ts', 'audit', '--json'], data);
    expect(audit.code, audit.out).to.equal(0);
    again.kill('SIGINT');
    expect(await ended(again)).to.equal(0);
  });
});

interface Ended {
  readonly code: number | null;
  /** Both streams, as a terminal shows them. */
  readonly out: string;
  /** Standard output alone. */
  readonly answer: string;
}

function environment(data: string): NodeJS.ProcessEnv {
  return { ...process.env, HCL_DATA: data, HCL_PORT: '0', NO_COLOR: '1' };
}

async function run(args: readonly string[], data: string): Promise<Ended> {
  const child = start(args, data);
  let out = '';
  let answer = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (answer += text));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (out += text));
  }
  return { code: await ended(child, 'close'), out, answer };
}

/** The exit code; `close` comes when all output is there too. Fails when that takes longer than a step may. */
async function ended(child: ChildProcess, event: 'exit' | 'close' = 'exit'): Promise<number | null> {
  try {
    const [code] = (await once(child, event, { signal: AbortSignal.timeout(STEP_MS) })) as [number | null];
    return code;
  } catch (cause) {
    throw new Error(`"${child.spawnargs.slice(1).join(' ')}" has not ended`, { cause });
  }
}

function start(args: readonly string[], data: string): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: root, env: environment(data), stdio: 'pipe' });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

async function verdictsOf(args: readonly string[], data: string): Promise<readonly Verdict[]> {
  const { code, out, answer } = await run(['cli/main.ts', ...args], data);
  expect(code, out).to.equal(0);
  const lines = answer.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { verdict: Verdict }).verdict);
}

function startConsortium(data: string): ChildProcess {
  return start(['scripts/start.ts'], data);
}

/** What the process has printed up to and with the line that `pattern` finds; it must not fall silent before. */
function untilPrinted(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let out = '';
    const silent = setTimeout(() => fail(new Error(`said nothing more:\n${out}`)), STEP_MS);
    const take = (text: string): void => {
      out += text;
      silent.refresh();
      if (!pattern.test(out)) return;
      clearTimeout(silent);
      done(out);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', take);
    child.on('exit', () => {
      clearTimeout(silent);
      fail(new Error(`ended early:\n${out}`));
    });
  });
}
