import { Buffer } from 'node:buffer';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { toPng } from '../../core/qr/image.ts';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { makeConsortium, START_SECONDS, testRecord, vaccinationRecord } from '../support/consortium.ts';
import { JUDGED_AT, makeHcertSigner } from '../core/foreign/support/hcert-signer.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

interface Line {
  readonly source: string;
  readonly line: number;
  readonly verdict: Verdict;
}

describe('hcl verify', () => {
  let folder: string;
  let good: string;
  let revoked: string;
  let unanchored: string;
  const at = new Date((START_SECONDS + 60) * 1000).toISOString();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-verify-'));
    const consortium = makeConsortium({ seed: 3 });
    const codes = await consortium.issueCodes([vaccinationRecord(), testRecord()]);
    good = codes[0]?.text ?? '';
    revoked = codes[1]?.text ?? '';
    const index = codes[1]?.claims.status.status_list.idx ?? 0;
    consortium.publishStatus(consortium.issuer, [{ index, value: 'revoked' }]);
    unanchored = (await consortium.issueCodes([vaccinationRecord()], { isAnchored: false }))[0]?.text ?? '';
    await mkdir(join(folder, 'verifier'));
    const snapshot = encodeSnapshot(nodeCrypto, consortium);
    await writeFile(join(folder, 'verifier', 'snapshot.hcls'), snapshot);
    await writeFile(join(folder, 'good.txt'), `${good}\n`);
    await writeFile(join(folder, 'good.png'), toPng(good));
  });

  after(() => rm(folder, { recursive: true }));

  it('answers good, tampered, revoked, unanchored, foreign and empty codes, one line each', async () => {
    const tampered = `${good.slice(0, 40)}${good[40] === 'A' ? 'B' : 'A'}${good.slice(41)}`;
    const { exitCode, lines } = await json(
      [],
      [good, tampered, revoked, unanchored, 'NL2:NCF', '', good].join('\n'),
    );
    expect(exitCode).to.equal(0);
    expect(lines.map(({ source, line }) => `${source}:${line}`)).to.deep.equal(
      [1, 2, 3, 4, 5, 6, 7].map((line) => `stdin:${line}`),
    );
    expect(lines.map(({ verdict }) => verdict.outcome)).to.deep.equal([
      'pass',
      'stop',
      'stop',
      'refer',
      'refer',
      'stop',
      'pass',
    ]);
    expect(lines[2]?.verdict.reasons).to.deep.equal(['STATUS_REVOKED']);
    expect(lines[3]?.verdict.reasons).to.deep.equal(['ROOT_NOT_SEEN']);
    expect(lines[4]?.verdict.reasons).to.deep.equal(['FORMAT_NOT_SUPPORTED']);
    expect(lines[5]?.verdict.reasons).to.deep.equal(['CODE_EMPTY']);
  });

  it('reads text files and PNG images, and goes on after one that it cannot read', async () => {
    const files = ['good.txt', 'missing.txt', 'good.png'].map((name) => join(folder, name));
    const { exitCode, lines } = await json(files);
    expect(exitCode).to.equal(1);
    expect(lines.map((line) => line.verdict?.outcome ?? line)).to.deep.equal([
      'pass',
      { source: files[1], error: { code: 'CLI_FILE_UNREADABLE', message: 'the file cannot be read' } },
      'pass',
    ]);
  });

  it('names an image that has no code in it', async () => {
    const path = join(folder, 'broken.png');
    await writeFile(path, Buffer.from('89504e470d0a1a0a00000000', 'hex'));
    const { exitCode, lines } = await json([path, join(folder, 'good.txt')]);
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.have.nested.property('error.code', 'CLI_FILE_UNREADABLE');
    expect(lines[1]?.verdict.outcome).to.equal('pass');
  });

  it('judges as at the time it is given', async () => {
    const [line] = (await json(['--at', '2040-01-01T00:00:00+08:00'], good)).lines;
    expect(line?.verdict.reasons).to.include('STATE_STALE');
  });

  it('takes a policy by name or from a file', async () => {
    const [byName] = (await json(['--policy', 'ledger'], good)).lines;
    expect(byName?.verdict.policy.id).to.equal('ledger');
    expect(byName?.verdict.evidence.signature).to.equal('not-checked');
    const path = join(folder, 'policy.json');
    await writeFile(path, JSON.stringify({ id: 'strict', version: 2, profiles: ['travel'] }));
    const [fromFile] = (await json(['--policy', path], good)).lines;
    expect(fromFile?.verdict).to.deep.include({ outcome: 'refer', reasons: ['PROFILE_NOT_ACCEPTED'] });
  });

  it('shows people the answer, why, who issued and how fresh the knowledge is', async () => {
    const { out } = await page([good, revoked].join('\n'));
    expect(out).to.match(/^✓ PASS {2}valid {2}stdin:1$/m);
    expect(out).to.match(/^✗ STOP {2}invalid {2}stdin:2$/m);
    expect(out).to.match(/Reason +The credential was revoked or withdrawn \(STATUS_REVOKED\)/);
    expect(out).to.match(/Issued by +HK-DH \(HK\), did:web:/);
    expect(out).to.match(/Anchored +2022-12-2\d \d\d:\d\d:\d\d UTC/);
    expect(out).to.match(/Knowledge +fresh: ledger/);
    for (const line of out.split('\n')) expect(line.length).to.be.at.most(80);
    expect(out).not.to.contain('\u001b');
  });

  it('lets no code draw on the terminal', async () => {
    const { out } = await page('\u001b[2JHC1:\u0007');
    expect(out).not.to.match(/[\u001b\u0007]/);
  });

  it('trusts the signers of a file for codes of other systems, also where no ledger is known', async () => {
    const signer = makeHcertSigner();
    const path = join(folder, 'trust.json');
    await writeFile(path, JSON.stringify({ hcert: [{ certificate: signer.certificate }] }));
    const time = ['--at', new Date(JUDGED_AT * 1000).toISOString()];
    const nowhere = ioDouble({ env: { HCL_DATA: join(folder, 'nothing') }, stdin: signer.issue() });
    expect(await runCommand('verify', ['--trust', path, ...time], nowhere)).to.equal(0);
    expect(nowhere.written.out).to.match(/^✓ PASS {2}valid/m);
    expect(nowhere.written.out).to.match(/Holder +Chan, Tai Man {2}1980-01-01/);
    expect(nowhere.written.out).to.match(/Signed by +DSC Test, PT/);
    expect(nowhere.written.out).to.match(/Kind +EU Digital COVID Certificate/);
    expect(nowhere.written.out).to.match(/Says +Comirnaty, dose 2 of 2, 2022-02-10/);
    for (const line of nowhere.written.out.split('\n')) expect(line.length, line).to.be.at.most(80);
    const { lines } = await json(['--trust', path, ...time], [signer.issue(), good].join('\n'));
    expect(lines.map(({ verdict }) => verdict.outcome)).to.deep.equal(['pass', 'refer']);
    const [without] = (await json(time, signer.issue())).lines;
    expect(without?.verdict.reasons).to.deep.equal(['TRUST_LIST_MISSING']);
  });

  it('puts the parts of a card together, in whatever order they come', async () => {
    const { lines } = await json(
      [],
      ['shc:/2/2/2945', 'shc:/3/3/56', good, 'shc:/1/2/5676', 'shc:/2/2/2945'].join('\n'),
    );
    expect(lines.map(({ verdict }) => verdict.reasons.join())).to.deep.equal([
      'CODE_INCOMPLETE',
      'CODE_INCOMPLETE',
      '',
      'CODE_INCOMPLETE',
      'CODE_MALFORMED',
    ]);
  });

  it('fails when the trust list is missing, or has anything wrong in it', async () => {
    const path = join(folder, 'bad-trust.json');
    await writeFile(path, '{"hcert":[{"certificate":"AAAA"}]}');
    for (const [file, says] of [
      [path, /hcert\[0\]\.certificate is not a certificate \(TRUST_LIST_INVALID\)/],
      [join(folder, 'none.json'), /cannot be read \(CLI_FILE_UNREADABLE\)/],
    ] as const) {
      const io = double(good);
      expect(await runCommand('verify', ['--trust', file], io)).to.equal(1);
      expect(io.written.err).to.match(says);
      expect(io.written.out).to.equal('');
    }
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'an option it does not know': ['--colour'],
    'a time that is none': ['--at', 'yesterday'],
    'a day that is none': ['--at', '2026-02-30T00:00:00Z'],
    'a policy that is none': ['--policy', 'nonesuch'],
    'two kinds of knowledge': ['--bundle', 'a', '--rpc', 'http://127.0.0.1:1'],
    'a bundle and a snapshot': ['--bundle', 'a', '--snapshot', 'b'],
    'signers of a snapshot': ['--signers', 'a', '--snapshot', 'b'],
    'signers of nothing that is named': ['--signers', 'a'],
  };
  for (const [what, args] of Object.entries(wrong)) {
    it(`refuses ${what} as wrong usage`, async () => {
      const io = double();
      expect(await runCommand('verify', args, io)).to.equal(2);
      expect(io.written.out).to.equal('');
      expect(io.written.err).to.match(/^hcl verify: .+\n\nUsage: /);
    });
  }

  it('fails, and says what to do, when nothing is known of the ledger', async () => {
    const io = ioDouble({ env: { HCL_DATA: join(folder, 'nothing') } });
    expect(await runCommand('verify', [], io)).to.equal(1);
    expect(io.written.err).to.match(/npm start.*CLI_NOT_STARTED/);
  });

  it('fails when the snapshot is damaged', async () => {
    const path = join(folder, 'damaged.hcls');
    await writeFile(path, 'HCLS1\0nonsense');
    const io = double();
    expect(await runCommand('verify', ['--snapshot', path], io)).to.equal(1);
    expect(io.written.err).to.contain('SNAPSHOT_INVALID');
  });

  function double(stdin = ''): RecordedIo {
    return ioDouble({ env: { HCL_DATA: folder }, stdin });
  }

  async function json(
    args: readonly string[],
    stdin = '',
  ): Promise<{ exitCode: number; lines: readonly Line[] }> {
    const io = double(stdin);
    const time = args.includes('--at') ? [] : ['--at', at];
    const exitCode = await runCommand('verify', [...time, '--json', ...args], io);
    const texts = io.written.out.split('\n').filter(Boolean);
    return { exitCode, lines: texts.map((text) => JSON.parse(text) as Line) };
  }

  async function page(stdin: string): Promise<{ readonly out: string }> {
    const io = double(stdin);
    expect(await runCommand('verify', ['--at', at], io)).to.equal(0);
    return { out: io.written.out };
  }
});
