import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { COMMAND_NAMES, runCommand } from '../../cli/commands.ts';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { ioDouble } from './io-double.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');

interface Ended {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the hcl program', function () {
  this.timeout(30_000);
  let folder: string;
  let code: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-main-'));
    const consortium = makeConsortium({ seed: 11 });
    code = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
    await mkdir(join(folder, 'verifier'));
    await writeFile(join(folder, 'verifier', 'snapshot.hcls'), encodeSnapshot(nodeCrypto, consortium));
  });

  after(() => rm(folder, { recursive: true }));

  it('answers codes on standard input, one line of JSON each, a bad one among good ones', async () => {
    const ended = await hcl(
      ['verify', '--json', '--at', '2022-12-21T00:01:00Z'],
      `${code}\nnonsense\n${code}\n`,
    );
    expect(ended.err).to.equal('');
    expect(ended.exitCode).to.equal(0);
    const lines = ended.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { verdict: { outcome: string } });
    expect(lines.map(({ verdict }) => verdict.outcome)).to.deep.equal(['pass', 'stop', 'pass']);
  });

  it('is no failure when the reader has seen enough', async () => {
    const ended = await hcl(['verify', '--json', '--at', '2022-12-21T00:01:00Z'], `${code}\n`.repeat(2000), {
      closeAfterFirstChunk: true,
    });
    expect(ended.exitCode).to.equal(0);
    expect(ended.err).to.equal('');
  });

  it('lists its commands', async () => {
    const ended = await hcl(['help']);
    expect(ended.exitCode).to.equal(0);
    for (const name of COMMAND_NAMES) {
      expect(ended.out).to.match(new RegExp(`^ {2}${name} +[A-Z]`, 'm'));
    }
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await hcl(['--version'])).to.deep.equal({ exitCode: 0, out: `${version}\n`, err: '' });
  });

  it('ends with 2 and one clear line when it is held wrongly', async () => {
    expect((await hcl([])).exitCode).to.equal(2);
    const unknown = await hcl(['frobnicate']);
    expect(unknown).to.deep.include({ exitCode: 2, out: '' });
    expect(unknown.err).to.equal('hcl: there is no command "frobnicate"; "hcl help" lists them\n');
    expect((await hcl(['verify', '--nonsense'])).exitCode).to.equal(2);
  });

  it('explains each command within 80 columns', async () => {
    for (const name of ['start', 'node', 'issue', 'verify', 'act', 'audit', 'bench', 'log']) {
      const io = ioDouble();
      expect(await runCommand('help', [name], io), name).to.equal(0);
      const { out } = io.written;
      expect(out, name).to.contain(`Usage: hcl ${name}`);
      for (const line of out.split('\n')) expect(line.length, line).to.be.at.most(80);
    }
    for (const line of (await hcl(['help'])).out.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  it('ends with 1 when it fails', async () => {
    const ended = await hcl(['audit'], '', { dataFolder: join(folder, 'nothing') });
    expect(ended.exitCode).to.equal(1);
    expect(ended.err).to.contain('CLI_NOT_STARTED');
  });

  it('runs an embedded node by itself until it is told to stop', async () => {
    await writeFile(join(folder, 'sealer.key'), `0x${'17'.repeat(32)}\n`);
    await writeFile(join(folder, 'permissions.toml'), 'accounts-allowlist=[]\n');
    const config = join(folder, 'node.json');
    const settings = { dataFolder: 'chain', chainId: 77, genesisTimestampSeconds: 1_671_580_800 };
    const files = { sealerKeyFile: 'sealer.key', allowlistFile: 'permissions.toml' };
    await writeFile(config, JSON.stringify({ ...settings, ...files, port: 0 }));
    const child = spawn(process.execPath, [join(ROOT, 'cli', 'main.ts'), 'node', '--config', config]);
    const ended = new Promise<number | null>((done) => child.on('close', done));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /^(http:\S+) {2}genesis 0x[0-9a-f]{64}\n$/.exec(line.toString())?.[1] ?? '';
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await answer.json()).to.deep.include({ result: '0x4d' });
    child.kill('SIGTERM');
    expect(await ended).to.equal(0);
  });

  async function hcl(
    args: readonly string[],
    input = '',
    options: { readonly dataFolder?: string; readonly closeAfterFirstChunk?: boolean } = {},
  ): Promise<Ended> {
    const child = spawn(process.execPath, [join(ROOT, 'cli', 'main.ts'), ...args], {
      env: { ...process.env, HCL_DATA: options.dataFolder ?? folder, NO_COLOR: '1' },
    });
    child.stdin.on('error', () => undefined); // it may end before it has read everything
    child.stdin.end(input);
    if (options.closeAfterFirstChunk === true) child.stdout.once('data', () => child.stdout.destroy());
    const out = options.closeAfterFirstChunk === true ? Promise.resolve('') : text(child.stdout);
    const err = text(child.stderr);
    const exitCode = await new Promise<number | null>((done) => child.on('close', done));
    return { exitCode, out: await out, err: await err };
  }
});
