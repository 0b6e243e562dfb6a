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
import { makeHcertSigner } from '../core/foreign/support/hcert-signer.ts';
import { issueAll, IssuerHouse, passportVaccination } from '../issuer/support/issuer-house.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

/** As on the document in hand. */
const HOLDER = {
  nameEn: 'CHAN, TAI MAN',
  dob: '1980-01-01',
  docType: 'PASSPORT',
  docNumber: 'K12345678',
  docIssuer: 'PT',
};

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
    await writeFile(join(folder, 'foreign-trust.json'), '{"hcert": []}');
    issuer = await house.open({ config: { foreignTrust: join(folder, 'foreign-trust.json') } });
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

  it('takes a code of elsewhere over, once, and shows what is missing by field', async () => {
    const signer = makeHcertSigner();
    await writeFile(
      join(folder, 'foreign-trust.json'),
      JSON.stringify({ hcert: [{ certificate: signer.certificate }] }),
    );
    await writeFile(join(folder, 'code.txt'), `${signer.issue()}\n`);
    const details = { subject: HOLDER, checkedBy: 'officer-7' };
    await writeFile(join(folder, 'details.json'), JSON.stringify(details));
    const line = ['import', '--details', join(folder, 'details.json'), join(folder, 'code.txt')];
    const first = await hcl('foreign', line);
    expect(first.err).to.equal('');
    expect(first.exitCode).to.equal(0);
    expect(first.out)
      .to.match(/signed by +DSC Test \(PT\)/)
      .and.contain('waits for the ledger');
    const again = JSON.parse((await hcl('foreign', [...line, '--json'])).out);
    expect(again.rows[0]).to.include({ duplicate: true });
    await writeFile(join(folder, 'code.txt'), makeHcertSigner().issue());
    expect((await hcl('foreign', line)).err).to.contain('IMPORT_REFUSED, SIGNER_UNKNOWN');
  });

  it('takes what nobody could confirm on the word of an officer who has seen the document', async () => {
    await writeFile(join(folder, 'code.txt'), makeHcertSigner().issue());
    await writeFile(
      join(folder, 'details.json'),
      JSON.stringify({ subject: HOLDER, checkedBy: 'officer-7' }),
    );
    const line = ['import', '--details', join(folder, 'details.json'), join(folder, 'code.txt')];
    const seen = await hcl('foreign', [...line, '--document-seen']);
    expect(seen.out).to.match(/on the word of the officer +SIGNER_UNKNOWN/);
  });

  it('refuses details that are no JSON, without repeating them, and a file with two codes', async () => {
    await writeFile(join(folder, 'details.json'), '{"subject": SPECIMEN');
    await writeFile(join(folder, 'code.txt'), 'HC1:A\nHC1:B\n');
    const line = ['import', '--details', join(folder, 'details.json'), join(folder, 'code.txt')];
    const { exitCode, err } = await hcl('foreign', line);
    expect(exitCode).to.equal(1);
    expect(err).to.contain('CLI_FILE_INVALID').and.not.contain('SPECIMEN');
    await writeFile(join(folder, 'details.json'), '{}');
    expect((await hcl('foreign', line)).err).to.contain('holds 2 codes');
  });

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
    ['no action', [], 'say one of code, trust, import'],
    ['an import without details', ['import', 'x.txt'], '--details is missing'],
    ['an import of nothing', ['import', '--details', 'x'], 'name one FILE'],
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
