/** `hcl record` over an issuer behind its routes: what is asked, what is shown, and what never leaves the line. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { erasurePage } from '../../cli/record-page.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service } from '../../service/app.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from '../issuer/support/issuer-house.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

describe('hcl record', function () {
  this.timeout(15_000);
  let folder: string;
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  /** URLs asked for. */
  let asked: string[];
  let recordId: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-record-'));
    house = await IssuerHouse.create();
    issuer = await house.open();
    const { operatorToken, auditorToken } = house.secrets;
    app = await buildIssuerApp({
      issuer,
      operatorToken,
      now: () => house.nowMs,
      // A machine with other things to do answers late: that is not what is tested here.
      limits: { maxEventLoopDelayMs: 600_000 },
    });
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'operator.token'), `${operatorToken}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'keys', 'auditor.token'), `${auditorToken}\n`, { mode: 0o600 });
    await writeSpecimenConsortium(folder, { auditorTokenFile: 'keys/auditor.token' });
    asked = [];
    const [row] = await issueAll(issuer, [vaccination(1), labTest(1)]);
    recordId = row?.recordId ?? '';
  });

  afterEach(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('erase: destroys the record and prints its receipts', async () => {
    const { exitCode, out } = await hcl(['erase', '--record', recordId, '--ground', 'subject-request']);
    expect(exitCode).to.equal(0);
    expect(out).to.contain(`${recordId} is erased`).and.contain('receipt 2');
    expect((await hcl(['report', '--record', recordId])).err).to.contain('RECORD_NOT_FOUND');
  });

  it('erase: does not call erased what does not open', async () => {
    const answer = { recordId, stage: 'unreadable', ground: 'court-order', receipts: [] };
    const io = ioDouble();
    expect(erasurePage(answer, io.out)).to.contain('does not open').and.not.contain('is erased');
  });

  it('hold and lift: keep a record from erasure for a while, and the report tells of it', async () => {
    const terms = ['--record', recordId, '--by', 'Officer 7'];
    const held = await hcl(['hold', ...terms, '--reason', 'litigation', '--basis', 'HCA 12/2022']);
    expect(held.out).to.match(/1 +litigation +HCA 12\/2022 .*Officer 7 +stands/);
    const erasing = ['erase', '--record', recordId, '--ground', 'subject-request'];
    expect(await hcl(erasing)).to.deep.include({ exitCode: 1 });
    expect((await hcl(erasing)).err).to.contain('RECORD_HELD');
    const report = (await hcl(['report', '--record', recordId])).out;
    expect(report)
      .to.match(/held +from .* on, litigation: HCA 12\/2022/)
      .and.not.contain('Officer 7');
    expect((await hcl(['lift', ...terms, '--hold', '1'])).out).not.to.contain('stands');
    expect((await hcl(erasing)).exitCode).to.equal(0);
  });

  it('report: shows everything that is held, of a record and of a document', async () => {
    const page = await hcl(['report', '--record', recordId]);
    const { docNumber, nameEn = '' } = vaccination(1).subject;
    for (const text of [nameEn, docNumber, 'venue credential', 'travel credential', 'until somebody asks']) {
      expect(page.out).to.contain(text);
    }
    const stdin = JSON.stringify({ docType: 'HKID', docIssuer: 'HK', docNumber });
    const { out } = await hcl(['report', '--document', '-', '--json'], stdin);
    const { records } = JSON.parse(out) as { records: readonly { recordId: string }[] };
    expect(records.map((one) => one.recordId)).to.deep.equal([recordId]);
    expect(asked.some((url) => url.includes(docNumber))).to.equal(false);
  });

  it('account: is for auditors, who have no token but their own', async () => {
    await rm(join(folder, 'keys', 'operator.token'));
    // It comes as far as the ledger, which is not there.
    const { err } = await hcl(['account']);
    expect(err).to.contain('deployment').and.not.to.contain('token');
    expect((await hcl(['retention'])).err).to.contain('token');
  });

  it('report: says "nothing" for a document that nobody has', async () => {
    const stdin = JSON.stringify({ docType: 'HKID', docIssuer: 'HK', docNumber: 'Z9999999' });
    expect((await hcl(['report', '--document', '-'], stdin)).out).to.contain('nothing');
  });

  it('retention: shows each type, its days, and how many are over their time', async () => {
    house.nowMs += 40 * 86_400_000;
    const { out } = await hcl(['retention']);
    expect(out)
      .to.match(/test +31 +1 +0\n/)
      .and.match(/vaccination +until asked +0 +0\n/);
  });

  for (const [name, args, words] of [
    ['no action', [], 'say one of erase, hold, lift, report, retention, account'],
    ['an action that is none', ['burn'], 'say one of'],
    ['an erasure without a ground', ['erase', '--record', 'A'.repeat(22)], '--ground is missing'],
    ['a ground that is none', ['erase', '--record', 'A'.repeat(22), '--ground', 'x'], '--ground is one of'],
    [
      'an id that is none',
      ['erase', '--record', 'A', '--ground', 'court-order'],
      '--record is not a record id',
    ],
    ['a hold by nobody', ['hold', '--record', 'A'.repeat(22)], '--by is missing'],
    [
      'a reason for a hold that is none',
      ['hold', '--record', 'A'.repeat(22), '--by', 'x', '--basis', 'x', '--reason', 'x'],
      '--reason is one of',
    ],
    [
      'no number of a hold to lift',
      ['lift', '--record', 'A'.repeat(22), '--by', 'x', '--hold', 'all'],
      '--hold is the number of a hold',
    ],
    ['a report of nothing', ['report'], 'say either --record or --document'],
    ['a report of two things', ['report', '--record', 'A'.repeat(22), '--document', '-'], 'say either'],
    ['a purpose that is none', ['report', '--document', '-', '--purpose', 'x'], '--purpose is one of'],
  ] as const) {
    it(`is held wrongly with ${name}: exit 2, and nothing was asked`, async () => {
      const { exitCode, err } = await hcl([...args]);
      expect(exitCode).to.equal(2);
      expect(err).to.contain(words);
      expect(asked).to.deep.equal([]);
    });
  }

  it('refuses a document with other fields, without repeating them', async () => {
    const stdin = JSON.stringify({ docType: 'HKID', docIssuer: 'HK', docNumber: 'A1', name: 'SPECIMEN' });
    const { exitCode, err } = await hcl(['report', '--document', '-'], stdin);
    expect(exitCode).to.equal(1);
    expect(err).to.contain('CLI_FILE_INVALID').and.not.contain('SPECIMEN');
  });

  async function hcl(
    args: readonly string[],
    stdin = '',
  ): Promise<{ exitCode: number } & RecordedIo['written']> {
    const fetchFromApp: typeof fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      asked.push(url.href);
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
    const io = ioDouble({ env: { HCL_DATA: folder }, fetch: fetchFromApp, stdin });
    const [action, ...rest] = args;
    const line = action === undefined ? [] : [action, '--issuer', 'HK-DH', ...rest];
    return { exitCode: await runCommand('record', line, io), ...io.written };
  }
});
