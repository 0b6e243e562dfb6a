import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { writeConsortiumFile } from '../../cli/consortium-file.ts';
import { defaultPolicies } from '../../core/policy/default-policies.ts';
import { formatDeployment } from '../../ledger/deployment.ts';
import {
  LEDGER_NOW,
  startPublishedIssuer,
  type PublishedIssuer,
} from '../verifier/support/published-issuer.ts';
import type { HistoryDocument } from '../auditor/support/acts-world.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

describe('hcl audit and hcl verify --rpc, over a ledger', function () {
  this.timeout(30_000);
  let issuer: PublishedIssuer;
  let code: string;
  let folder: string;

  before(async () => {
    issuer = await startPublishedIssuer();
    code = await issuer.issue(1);
    await issuer.issue(2);
    await issuer.publish([2]);
    const declaration = defaultPolicies().find('hk.declaration@1');
    if (declaration === undefined) throw new Error('it comes with the program');
    await issuer.publishPolicy(declaration);
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-audit-'));
    await writeFile(join(folder, 'deployment.json'), formatDeployment(issuer.deployment));
    await writeConsortiumFile(folder, {
      version: 1,
      rpcUrl: issuer.rpcUrl,
      chainId: issuer.deployment.chainId,
      deployment: 'deployment.json',
      verifierUrl: 'http://127.0.0.1:1',
      issuers: [
        { name: 'HK-DH', did: issuer.did, url: issuer.url, jurisdiction: 'HK', operatorTokenFile: 'none' },
      ],
    });
  });

  after(async () => {
    await issuer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('derives every root again and passes', async () => {
    const { exitCode, out } = await run('audit');
    expect(exitCode).to.equal(0);
    expect(out).to.match(/Batches +2 of 2 agree/);
    expect(out).to.match(/Leaves +128 hashed again/);
    expect(out).to.match(/Status +1 of 1 agree/);
    expect(out.replaceAll(/\s+/g, ' ')).to.contain('1 of 1 batches agree; 1 of 1 status versions explained');
    expect(out).to.contain('✓ The audit passed');
    expect(out).to.match(/State root +0x[0-9a-f]{10}/);
    for (const line of out.split('\n')) expect(line.length).to.be.at.most(80);
  });

  it("lists whose rules are on the ledger, and compares them with a checkpoint's", async () => {
    const rule = { id: 'hk.vp', version: 5, jurisdiction: 'HK', digest: `0x${'00'.repeat(32)}` };
    issuer.documents.set('/state', { policies: [{ rules: [rule] }] });
    const { exitCode, out } = await run('audit', '--checkpoint', `${issuer.url}/`);
    expect(out).to.match(/HK +HK-DH +hk\.declaration +nothing in force +changes ahead/);
    expect(out).to.match(/HK hk\.vp@5 +not on the ledger/);
    expect(exitCode).to.equal(0);
    for (const line of out.split('\n')) expect(line.length, line).to.be.at.most(80);
    issuer.documents.set('/state', { policies: 'none' });
    const failed = await run('audit', '--checkpoint', issuer.url);
    expect(failed.exitCode).to.equal(1);
    expect(failed.out).to.contain('✗ The audit failed: 0 differences, and the checkpoint is at odds');
    const lines = (await run('audit', '--json', '--checkpoint', issuer.url)).out;
    expect(lines).to.match(/^\{"kind":"policy","jurisdiction":"HK","authority":"HK-DH"/m);
    expect(lines).to.match(/^\{"kind":"checkpoint",.*"problem":/m);
  });

  it('gives one line of JSON per event, count and finding, and one for the whole', async () => {
    const { out } = await run('audit', '--json', '--type', 'BatchAnchored', '--issuer', 'HK-DH');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; event?: string });
    expect(lines.map(({ kind }) => kind)).to.deep.equal(['event', 'event', 'count', 'policy', 'audit']);
    expect(lines.at(-1)).to.deep.include({ passed: true, findings: 0 });
    expect(lines.at(-1))
      .to.have.property('stateRoot')
      .that.matches(/^0x[0-9a-f]{64}$/);
    expect(lines[0]?.event).to.equal('BatchAnchored');
  });

  it('fails when a leaf was changed, and names the batch', async () => {
    const [path, batch] = [...issuer.documents].find(([name]) => name.startsWith('/batches/')) ?? ['', {}];
    const leaves = (batch as { leaves: readonly string[] }).leaves;
    issuer.documents.set(path, { ...(batch as object), leaves: leaves.with(3, `0x${'00'.repeat(32)}`) });
    const { exitCode, out } = await run('audit');
    issuer.documents.set(path, batch);
    expect(exitCode).to.equal(1);
    expect(out).to.contain('BATCH_MISMATCHED');
    expect(out.replaceAll(/\s/g, '')).to.contain(path.slice('/batches/'.length));
    expect(out).to.contain('✗ The audit failed');
  });

  it('fails when an entry changed without an act, and says so', async () => {
    const path = '/acts/history?after=0';
    const history = issuer.documents.get(path) as HistoryDocument;
    const versions = history.versions.map((version) => ({ ...version, changes: [] }));
    issuer.documents.set(path, { ...history, versions });
    const { exitCode, out } = await run('audit');
    issuer.documents.set(path, history);
    expect(exitCode).to.equal(1);
    expect(out).to.contain('STATUS_UNEXPLAINED');
  });

  it('lists by time', async () => {
    const { out } = await run('audit', '--list', '--until', '2000-01-01');
    expect(out).to.contain('nothing matches');
  });

  for (const args of [
    ['--type', 'Nonsense'],
    ['--class', 'medium'],
    ['--since', 'yesterday'],
    ['--issuer', 'XX'],
    ['extra'],
  ]) {
    it(`refuses ${args.join(' ')} as wrong usage`, async () => {
      expect((await run('audit', ...args)).exitCode).to.equal(2);
    });
  }

  it('fails with the reason when the ledger does not answer', async () => {
    const { exitCode, err } = await run('audit', '--rpc', 'http://127.0.0.1:1');
    expect(exitCode).to.equal(1);
    expect(err).to.contain('LEDGER_UNREACHABLE');
  });

  it('verifies from the ledger itself, status lists included', async () => {
    const io = double(`${code}\n`);
    const at = new Date(LEDGER_NOW * 1000).toISOString();
    expect(await runCommand('verify', ['--rpc', issuer.rpcUrl, '--at', at, '--json'], io)).to.equal(0);
    expect(JSON.parse(io.written.out)).to.have.nested.property('verdict.outcome', 'pass');
  });

  function double(stdin = ''): RecordedIo {
    return ioDouble({ env: { HCL_DATA: folder }, fetch: globalThis.fetch, stdin });
  }

  async function run(...[command, ...args]: readonly [string, ...string[]]): Promise<{
    readonly exitCode: number;
    readonly out: string;
    readonly err: string;
  }> {
    const io = double();
    return { exitCode: await runCommand(command, args, io), ...io.written };
  }
});
