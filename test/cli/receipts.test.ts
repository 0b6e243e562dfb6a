/** `hcl issue` on a terminal and with receipts, and `hcl receipt` on what it wrote: over a real issuer and ledger. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { runCommand } from '../../cli/commands.ts';
import { writeConsortiumFile } from '../../cli/consortium-file.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import type { Service } from '../../service/app.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { csvFile, csvLine } from '../issuer/support/csv-file.ts';
import { IssuerHouse, passportVaccination } from '../issuer/support/issuer-house.ts';
import {
  admitIssuer,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
  type TestNode,
} from '../ledger/support/test-ledger.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

describe('hcl issue and hcl receipt', function () {
  this.timeout(60_000);
  let node: TestNode;
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  let folder: string;

  before(async () => {
    node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    house = await IssuerHouse.create();
    house.nowMs = GENESIS_SECONDS * 1000;
    const accountKey = toHex(keyOf('account'));
    const ports = connectLedger({ rpcUrl: node.url, deployment, did: ISSUER_DID, accountKey });
    issuer = await house.open({ config: { did: ISSUER_DID }, ports });
    using hand = handOf('issuer', node.url, deployment);
    const { publicKey } = issuer.key;
    const thumbprint = thumbprintOf(nodeCrypto, publicKey);
    await hand.trust.addKey(ISSUER, { publicKey, thumbprint, from: 0, until: FAR_FUTURE });
    const { operatorToken } = house.secrets;
    const limits = { maxEventLoopDelayMs: 600_000, requestsPerMinute: 1_000_000 };
    app = await buildIssuerApp({ issuer, operatorToken, now: () => house.nowMs, limits });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-receipts-'));
    await writeFile(join(folder, 'operator.token'), operatorToken, { mode: 0o600 });
    await writeFile(join(folder, 'deployment.json'), JSON.stringify(deployment));
    await writeFile(
      join(folder, 'records.csv'),
      csvFile(520, (n) => csvLine(n, n === 5 ? '1980-13-01' : undefined)),
    );
    await writeConsortiumFile(folder, {
      version: 1,
      rpcUrl: node.url,
      chainId: deployment.chainId,
      deployment: 'deployment.json',
      verifierUrl: 'http://127.0.0.1:1',
      issuers: [
        { name: 'HK-DH', did: ISSUER_DID, url, jurisdiction: 'HK', operatorTokenFile: 'operator.token' },
      ],
    });
  });
  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('shows a bar while the file is sent, and keeps the receipts for the owner alone', async () => {
    const io = terminal();
    const args = [
      '--issuer',
      'HK-DH',
      '--wait',
      '0',
      '--key',
      'monday',
      '--receipts',
      file('receipts'),
      file('records.csv'),
    ];
    expect(await runCommand('issue', args, io)).to.equal(1);
    expect(io.written.err).to.match(/\r\u001b\[Krecords\.csv {2}█+░* {2}\d+ % {2}500 rows/);
    expect(io.written.err).to.match(/█{20} {2}100 % {2}520 rows/);
    expect(io.written.err.endsWith('\r\u001b[K'), 'the bar is taken away').to.equal(true);
    expect(io.written.out).to.contain('519 issued, 0 known already, 1 refused, 519 not on the ledger yet');
    expect((await readFile(file('receipts'), 'utf8')).trim().split('\n')).to.have.length(2);
    expect((await stat(file('receipts'))).mode & 0o077).to.equal(0);
  });

  it('says what an earlier attempt with the same key had made', async () => {
    const io = terminal();
    await runCommand(
      'issue',
      ['--issuer', 'HK-DH', '--wait', '0', '--key', 'monday', file('records.csv')],
      io,
    );
    expect(io.written.out).to.contain(
      '519 issued (519 of them by an earlier attempt), 0 known already, 1 refused',
    );
  });

  it('finds promises pending, and kept once their batches are anchored', async () => {
    const pending = await receipts(file('receipts'));
    expect(pending.exitCode).to.equal(1);
    expect(pending.lines.map(({ state, records, proven }) => [state, records, proven])).to.deep.equal([
      ['pending', 499, 0],
      ['pending', 20, 0],
    ]);
    await issuer.settle();
    const kept = await receipts(file('receipts'));
    expect(kept.exitCode).to.equal(0);
    expect(kept.lines.map(({ state, proven, missing }) => [state, proven, missing])).to.deep.equal([
      ['kept', 998, []],
      ['kept', 40, []],
    ]);
  });

  it('finds a promise broken when its time is over and the ledger shows nothing', async () => {
    const [receipt = ''] = (await readFile(file('receipts'), 'utf8')).split('\n');
    const answered = ioDouble({
      env: { HCL_DATA: folder },
      fetch: async (input, init) =>
        new Request(input, init).url.endsWith('/receipts')
          ? Response.json({ issuer: '0x', leaves: [] })
          : fetch(input, init),
    });
    await writeFile(file('one'), `${receipt}\n`);
    expect(
      await runCommand('receipt', ['--issuer', 'HK-DH', '--rpc', node.url, file('one')], answered),
    ).to.equal(1);
    // The double's clock is years after the receipt.
    expect(answered.written.out).to.contain('broken');
    expect(answered.written.out).to.contain('998 not proven');
  });

  it('believes no receipt of a key that the ledger does not give to the issuer', async () => {
    const stranger = await IssuerHouse.create();
    const other = await stranger.open({ config: { did: ISSUER_DID } });
    let receipt = '';
    for await (const chunk of other.takeIn([{ row: 1, record: passportVaccination(1) }]))
      receipt = chunk.receipt ?? '';
    await writeFile(file('forged'), `${receipt}\n`);
    const io = terminal();
    expect(
      await runCommand('receipt', ['--issuer', 'HK-DH', '--rpc', node.url, file('forged')], io),
    ).to.equal(1);
    expect(io.written.err).to.contain('the ledger knows no such key');
    await other.close();
    await stranger[Symbol.asyncDispose]();
  });

  function file(name: string): string {
    return join(folder, name);
  }

  async function receipts(path: string): Promise<{ exitCode: number; lines: Record<string, unknown>[] }> {
    const io = { ...ioDouble({ env: { HCL_DATA: folder }, fetch }), nowSeconds: () => GENESIS_SECONDS + 60 };
    const exitCode = await runCommand(
      'receipt',
      ['--json', '--issuer', 'HK-DH', '--rpc', node.url, path],
      io,
    );
    const texts = io.written.out.split('\n').filter(Boolean);
    return { exitCode, lines: texts.map((text) => JSON.parse(text) as Record<string, unknown>) };
  }

  /** As if a person looked. */
  function terminal(): RecordedIo {
    const io = ioDouble({ env: { HCL_DATA: folder }, fetch });
    return { ...io, err: { ...io.err, isTerminal: true }, nowSeconds: () => GENESIS_SECONDS };
  }
});
