/** `hcl fsck --node` and what `hcl node` says of a folder that it cannot use. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { runCommand } from '../../cli/commands.ts';
import { blockKey, changeRow } from '../node/support/chain-files.ts';
import {
  CHAIN_ID,
  closedNode,
  GENESIS_SECONDS,
  SEALER_KEY,
  type TestNode,
} from '../node/support/test-node.ts';
import { ioDouble } from './io-double.ts';

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts');

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

describe('hcl fsck --node', () => {
  let test: TestNode;
  before(async () => {
    test = await closedNode();
  });
  after(() => test[Symbol.asyncDispose]());

  async function fsck(...args: readonly string[]): Promise<Ended> {
    const io = ioDouble();
    const code = await runCommand('fsck', args, io);
    return { code, ...io.written };
  }

  it('says that a good chain is whole', async () => {
    const { code, out } = await fsck('--node', test.options.dataFolder);
    expect(code).to.equal(0);
    expect(out).to.match(/Chain\s+8520300\n/);
    expect(out).to.match(/Last block\s+6\n/);
    expect(out).to.contain('whole  7 blocks and 5 transactions hold\n');
  });

  it('says it in one line of JSON too, and holds the genesis against the hash it is given', async () => {
    const good = await fsck('--node', test.options.dataFolder, '--json');
    const report: unknown = JSON.parse(good.out);
    expect(report).to.include({ kind: 'fsck', passed: true, chainId: CHAIN_ID, head: 6, goodBlocks: 7 });
    const other = await fsck(
      '--node',
      test.options.dataFolder,
      '--json',
      '--genesis',
      `0x${'ab'.repeat(32)}`,
    );
    expect(other.code).to.equal(1);
    expect(JSON.parse(other.out)).to.deep.include({
      passed: false,
      fault: {
        block: 0,
        what: 'another genesis',
        advice: 'This is another chain. Name its own folder, or its own genesis hash.',
      },
    });
  });

  it('names the bad block and what to do', async () => {
    const original = await changeRow(test.options.dataFolder, { table: 'rcpt', key: blockKey(2) }, () =>
      Uint8Array.of(0xc0),
    );
    const { code, out } = await fsck('--node', test.options.dataFolder);
    expect(code).to.equal(1);
    expect(out).to.contain('damaged  block 2: stored receipts; the 2 blocks before it hold\n');
    expect(out).to.contain('Keep a copy of the folder');
    await changeRow(test.options.dataFolder, { table: 'rcpt', key: blockKey(2) }, () => original);
  });

  it('fails on a folder without a chain, and makes none', async () => {
    const { code, err } = await fsck('--node', join(test.folder, 'nowhere'));
    expect([code, err]).to.deep.equal([
      1,
      'hcl fsck: there is no chain here; name the data folder of a node that has run (NODE_STORE_EMPTY)\n',
    ]);
  });

  it('is told what to check', async () => {
    expect((await fsck()).code).to.equal(2);
    expect((await fsck('--node', 'a', 'b')).code).to.equal(2);
    expect((await fsck('--node', 'a', '--genesis', '0x12')).code).to.equal(2);
  });
});

describe('hcl node on a folder it cannot use', function () {
  this.timeout(60_000);
  let test: TestNode;
  let config: string;
  before(async () => {
    test = await closedNode();
    const folder = await mkdtemp(join(test.folder, 'config-'));
    await writeFile(join(folder, 'sealer.key'), `${SEALER_KEY}\n`);
    config = join(folder, 'node.json');
    const settings = {
      dataFolder: test.options.dataFolder,
      chainId: CHAIN_ID,
      genesisTimestampSeconds: GENESIS_SECONDS,
      sealerKeyFile: 'sealer.key',
      allowlistFile: test.options.allowlistFile,
      port: 0,
    };
    await writeFile(config, JSON.stringify(settings));
  });
  after(() => test[Symbol.asyncDispose]());

  async function hcl(...args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await exited;
    return { code, out, err };
  }

  it('is refused while another process has it, with what to do', async () => {
    await test.open();
    const ended = await hcl('node', '--config', config);
    expect(ended).to.deep.equal({
      code: 1,
      out: '',
      err: 'hcl node: the data folder is in use by another node; stop that one first, or give this one a folder of its own (NODE_FOLDER_LOCKED)\n',
    });
    const check = await hcl('fsck', '--node', test.options.dataFolder);
    expect([check.code, check.err]).to.deep.equal([1, ended.err.replace('hcl node', 'hcl fsck')]);
    expect(await test.result('eth_blockNumber')).to.equal('0x6');
    await test.close();
  });

  it('names the damage in one line, without a stack', async () => {
    await rm(join(test.options.dataFolder, 'chain', 'CURRENT'));
    const { code, err } = await hcl('node', '--config', config);
    expect(code).to.equal(1);
    expect(err.trimEnd().split('\n')).to.have.length(1);
    expect(err).to.match(/^hcl node: the database's file CURRENT is missing.*\(NODE_STORE_CORRUPT\)$/m);
  });
});
