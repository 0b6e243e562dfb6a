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
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { Verdict } from '../../core/verify/verdict.ts';

const root = resolve(import.meta.dirname, '..', '..');
const CSV = [
  'type,nameEn,dob,docType,docNumber,docIssuer,disease,product,doseNumber,seriesDoses,date,country',
  'vaccination,"SPECIMEN, FLOW ONE",1980-01-01,PASSPORT,K00000001,HK,sct|840539006,eu|EU/1/20/1528,1,2,2022-03-01,HK',
  'vaccination,"SPECIMEN, FLOW TWO",1981-13-01,PASSPORT,K00000002,HK,sct|840539006,eu|EU/1/20/1528,1,2,2022-03-01,HK',
  '',
].join('\n');

describe('flow: the demonstration', () => {
  let data: string;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'hcl-flow-'));
  });

  after(async () => {
    await rm(data, { recursive: true, force: true });
  });

  it('starts from nothing and ends with codes that a checkpoint accepts and ones that it refuses', async () => {
    const { code, out } = await run(['scripts/start.ts', '--once'], data);
    expect(code, out).to.equal(0);
    expect(out).to.match(/HK-DH takes in hk-vaccinations\.csv: 38 new, 0 known already, 3 refused/);

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
    await once(consortium, 'exit');

    const again = startConsortium(data);
    const said = await untilPrinted(again, /Running\./);
    expect(said).to.match(/HK-DH takes in hk-vaccinations\.csv: 0 new, 38 known already, 3 refused/);
    const codes = (await readFile(join(data, 'codes', 'hk-dh-venue.txt'), 'utf8')).trim().split('\n');
    expect(codes).to.have.length(38);
    const verdicts = await verdictsOf(['verify', '--json', join(data, 'codes', 'hk-dh-venue.txt')], data);
    expect(verdicts.filter(({ outcome }) => outcome === 'pass')).to.have.length(37);

    const audit = await run(['cli/main.ts', 'audit', '--json'], data);
    expect(audit.code, audit.out).to.equal(0);
    again.kill('SIGINT');
    const [exitCode] = (await once(again, 'exit')) as [number | null];
    expect(exitCode).to.equal(0);
  });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

function environment(data: string): NodeJS.ProcessEnv {
  return { ...process.env, HCL_DATA: data, HCL_PORT: '0', NO_COLOR: '1' };
}

async function run(args: readonly string[], data: string): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd: root, env: environment(data) });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

async function verdictsOf(args: readonly string[], data: string): Promise<readonly Verdict[]> {
  const { code, out } = await run(['cli/main.ts', ...args], data);
  expect(code, out).to.equal(0);
  const lines = out.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { verdict: Verdict }).verdict);
}

function startConsortium(data: string): ChildProcess {
  return spawn(process.execPath, ['scripts/start.ts'], { cwd: root, env: environment(data), stdio: 'pipe' });
}

/** What the process has printed up to and with the line that `pattern` finds. */
function untilPrinted(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let out = '';
    const take = (text: string): void => {
      out += text;
      if (pattern.test(out)) done(out);
    };
    child.stdout?.setEncoding('utf8').on('data', take);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.on('exit', () => fail(new Error(`ended early:\n${out}`)));
  });
}
