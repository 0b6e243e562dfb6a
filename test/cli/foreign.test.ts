/** `hcl foreign` over an issuer behind its routes, and `hcl verify --trust` with the list that it prints. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { readQrImage } from '../../core/qr/image.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service } from '../../service/app.ts';
import { issueAll, IssuerHouse, passportVaccination } from '../issuer/support/issuer-house.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

describe('hcl foreign', function () {
  this.timeout(15_000);
  let folder: string;
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  let recordId: string;
  let asked: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-foreign-'));
    house = await IssuerHouse.create();
    issuer = await house.open();
    const { operatorToken } = house.secrets;
    const limits = { maxEventLoopDelayMs: 0 };
    app = await buildIssuerApp({ issuer, operatorToken, now: () => house.nowMs, limits });
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'operator.token'), `${operatorToken}\n`, { mode: 0o600 });
    await writeSpecimenConsortium(folder);
    const [row] = await issueAll(issuer, [passportVaccination(1)]);
    recordId = row?.recordId ?? '';
    asked = 0;
  });

  afterEach(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  for (const format of ['hcert', 'shc'] as const) {
    it(`makes a record's ${format}, writes it, and verify takes it with the list that trust prints`, async () => {
      await issuer.issueForeign(recordId, format);
      await issuer.settle();
      const line = ['code', '--record', recordId, '--as', format, '--out', join(folder, 'codes'), '--json'];
      const { exitCode, out } = await hcl('foreign', line);
      expect(exitCode).to.equal(0);
      const { code, profile } = JSON.parse(out) as { code: string; profile: string };
      expect(profile).to.equal(format);
      const stem = join(folder, 'codes', `${recordId}-${format}`);
      expect(await readFile(`${stem}.txt`, 'utf8')).to.equal(`${code}\n`);
      expect(readQrImage(await readFile(`${stem}.png`))).to.equal(code);
      const list = join(folder, 'trust.json');
      await writeFile(list, (await hcl('foreign', ['trust'])).out);
      const at = new Date(house.nowMs).toISOString().replace('.000Z', 'Z');
      const judged = await hcl('verify', ['--trust', list, '--at', at, '--json', `${stem}.txt`]);
      expect(JSON.parse(judged.out).verdict).to.deep.include({ outcome: 'pass', reasons: [] });
    });
  }

  it('says that a code waits for the ledger, with exit 1', async () => {
    const { exitCode, out } = await hcl('foreign', [
      'code',
      '--record',
      recordId,
      '--as',
      'shc',
      '--wait',
      '0',
    ]);
    expect(exitCode).to.equal(1);
    expect(out).to.contain('waits for the ledger');
  });

  it('says why a record cannot be told so', async () => {
    const line = ['code', '--record', 'A'.repeat(22), '--as', 'shc'];
    const { exitCode, err } = await hcl('foreign', line);
    expect(exitCode).to.equal(1);
    expect(err).to.contain('RECORD_NOT_FOUND');
  });

  for (const [name, line, words] of [
    ['no action', [], 'say one of code, trust'],
    [
      'a format that is none',
      ['code', '--record', 'A'.repeat(22), '--as', 'vdsnc'],
      '--as is one of hcert, shc',
    ],
    ['an id that is none', ['code', '--record', 'A', '--as', 'shc'], '--record is not a record id'],
    ['a wait that is none', ['code', '--record', 'A'.repeat(22), '--as', 'shc', '--wait', 'x'], '--wait is'],
  ] as const) {
    it(`is held wrongly with ${name}: exit 2, and nothing was asked`, async () => {
      const { exitCode, err } = await hcl('foreign', line);
      expect(exitCode).to.equal(2);
      expect(err).to.contain(words);
      expect(asked).to.equal(0);
    });
  }

  async function hcl(
    command: string,
    args: readonly string[],
  ): Promise<{ exitCode: number } & RecordedIo['written']> {
    const fetchFromApp: typeof fetch = async (input, init) => {
      asked++;
      const url = new URL(input instanceof Request ? input.url : input);
      const answer = await app.inject({
        // The command line asks with these two alone.
        method: init?.method === 'POST' ? 'POST' : 'GET',
        url: url.pathname,
        headers: Object.fromEntries(new Headers(init?.headers)),
        ...(typeof init?.body === 'string' ? { payload: init.body } : {}),
      });
      const headers = { 'content-type': String(answer.headers['content-type']) };
      return new Response(answer.body, { status: answer.statusCode, headers });
    };
    const io = ioDouble({ env: { HCL_DATA: folder }, fetch: fetchFromApp });
    const line = command === 'verify' ? args : [...args, '--issuer', 'HK-DH'];
    return { exitCode: await runCommand(command, line, io), ...io.written };
  }
});
