/** `hcl booking` over an issuer behind its routes, with the programmes of 2022. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { drawPage } from '../../cli/booking-page.ts';
import { runCommand } from '../../cli/commands.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service } from '../../service/app.ts';
import { gateTokenOf } from '../../booking/routes/all.ts';
import { TEST_BALLOT } from '../booking/support/booking-house.ts';
import { IssuerHouse, START_MS } from '../issuer/support/issuer-house.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

const SLOT = ['--port', 'SZB', '--date', '2022-12-23'];
const DRAWN = ['--programme', 'DRAWN', '--port', 'SZB', '--date', '2022-12-27'];
const CLOSES_MS = Date.parse('2022-12-23T18:00:00+08:00');

describe('hcl booking', function () {
  this.timeout(15_000);
  let folder: string;
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  let asked: string[];
  let person = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-booking-'));
    house = await IssuerHouse.create();
    const bookingProgrammes = join(folder, 'programmes.json');
    const plain = { ...TEST_BALLOT, id: 'PLAIN', allocation: 'firstCome' };
    const windows = [
      { from: '2020-01-01', opens: { weekday: 3, time: '00:00' }, firstDay: 0, days: 7, source: 'test' },
    ];
    await writeFile(bookingProgrammes, JSON.stringify([{ ...plain, windows }, TEST_BALLOT]));
    issuer = await house.open({ config: { bookingProgrammes } });
    const { operatorToken, auditorToken } = house.secrets;
    const options = { issuer, operatorToken, auditorToken, now: () => house.nowMs };
    app = await buildIssuerApp({ ...options, limits: { maxEventLoopDelayMs: 0 } });
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'operator.token'), `${operatorToken}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'keys', 'auditor.token'), `${auditorToken}\n`, { mode: 0o600 });
    await writeSpecimenConsortium(folder, { auditorTokenFile: 'keys/auditor.token' });
  });
  beforeEach(() => {
    house.nowMs = START_MS;
    asked = [];
  });
  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('books, confirms, changes and cancels', async () => {
    const { out } = await hcl(['book', '--programme', 'PLAIN', ...SLOT, '--party', '-'], partyOf(2));
    expect(out)
      .to.match(/^[2-9A-HJKMNP-Z]{10} {2}held\n/)
      .and.contain('1 applicant, 2 child');
    expect(out).to.contain('may be extended once');
    const reference = out.slice(0, 10);
    expect((await hcl(['extend', reference])).out).not.to.contain('may be extended');
    expect((await hcl(['confirm', reference])).out).to.contain('confirmed');
    const moved = await hcl(['change', reference, '--port', 'HZMB', '--date', '2022-12-23']);
    expect((await hcl(['show', reference])).out).to.match(new RegExp(`now +${moved.out.slice(0, 10)}`));
    expect((await hcl(['cancel', moved.out.slice(0, 10)])).out).to.contain('cancelled');
    expect(asked.some((url) => url.includes('K1000'))).to.equal(false);
  });

  it('uses a place once: the second time it says when and in which lane, and exits 1', async () => {
    const reference = await confirmed();
    house.nowMs = Date.parse('2022-12-23T10:00:00+08:00');
    const first = await hcl(['use', reference, '--port', 'SZB', '--lane', 'SZB-07']);
    expect(first).to.include({ exitCode: 0 });
    const second = await hcl(['use', reference, '--port', 'SZB', '--lane', 'SZB-08']);
    expect(second).to.include({ exitCode: 1 });
    expect(second.out)
      .to.match(/used .*lane SZB-07/)
      .and.contain('BOOKING_USED')
      .and.contain('名額已使用');
  });

  it('takes the same key for the same booking', async () => {
    const line = ['book', '--programme', 'PLAIN', ...SLOT, '--party', '-', '--key', 'k1', '--json'];
    const party = partyOf(1);
    expect((await hcl(line, party)).out).to.equal((await hcl(line, party)).out);
  });

  it('shows what is left, and the counts to who has only an auditor’s token', async () => {
    const { out } = await hcl(['quotas', '--programme', 'PLAIN']);
    expect(out).to.match(/2022-12-23 +SZB +\d+ +10 +0 +first come/);
    const audit = await hcl(['audit']);
    expect(audit).to.include({ exitCode: 0 });
    expect(audit.out).to.contain('0 wrong').and.contain('PLAIN SZB 2022-12-23');
  });

  it('does a draw again from what is published', async () => {
    for (let n = 0; n < 3; n++) {
      await hcl(['book', '--programme', 'DRAWN', ...DRAWN.slice(2), '--party', '-'], partyOf(4));
    }
    expect((await hcl(['draw', ...DRAWN])).out).to.contain('not drawn yet; bound to 0x');
    house.nowMs = CLOSES_MS;
    await issuer.bookings.sweep();
    const { exitCode, out } = await hcl(['draw', ...DRAWN, '--json']);
    expect(exitCode).to.equal(0);
    // Of three parties of four, two fit into ten places.
    const found = JSON.parse(out) as Parameters<typeof drawPage>[0];
    expect(found.winners).to.have.length(2);
    expect((await hcl(['draw', ...DRAWN])).out).to.contain(`drawn     ${found.winners.join(', ')}`);
    expect(drawPage({ ...found, isSound: false }, ioDouble().out)).to.contain('not the one');
  });

  it('shows the token of lanes', async () => {
    const { operatorToken } = house.secrets;
    const { out } = await hcl(['gate-token']);
    expect(out.trim()).to.equal(gateTokenOf(operatorToken));
  });

  it('says in the words of the service why not', async () => {
    const line = ['book', '--programme', 'PLAIN', '--port', 'MARS', '--date', '2022-12-23', '--party', '-'];
    const { exitCode, err } = await hcl(line, partyOf(1));
    expect(exitCode).to.equal(1);
    expect(err).to.contain('BOOKING_PORT_UNKNOWN');
  });

  it('does not repeat a file of people that is not JSON', async () => {
    const { exitCode, err } = await hcl(
      ['book', '--programme', 'PLAIN', ...SLOT, '--party', '-'],
      '[{"docNumber":"A1234',
    );
    expect(exitCode).to.equal(1);
    expect(err).to.contain('CLI_FILE_INVALID').and.not.contain('A1234');
  });

  for (const [name, args, words] of [
    ['no action', [], 'say one of quotas, book'],
    ['an action that is none', ['burn'], 'say one of'],
    ['no reference', ['show'], 'the reference is missing'],
    ['no party', ['book', '--programme', 'PLAIN', ...SLOT], '--party is missing'],
    ['no lane', ['use', '2222222222', '--port', 'SZB'], '--lane is missing'],
    [
      'a list that is none',
      ['use', '2222222222', '--port', 'SZB', '--lane', 'L', '--absent', 'x'],
      '--absent',
    ],
  ] as const) {
    it(`is held wrongly with ${name}: exit 2, and nothing was asked`, async () => {
      const { exitCode, err } = await hcl([...args]);
      expect(exitCode).to.equal(2);
      expect(err).to.contain(words);
      expect(asked).to.deep.equal([]);
    });
  }

  async function confirmed(): Promise<string> {
    const line = ['book', '--programme', 'PLAIN', ...SLOT, '--party', '-'];
    const reference = (await hcl(line, partyOf(1))).out.slice(0, 10);
    await hcl(['confirm', reference]);
    return reference;
  }

  function partyOf(people: number): string {
    return JSON.stringify(
      Array.from({ length: people }, (_, i) => ({
        document: { docType: 'PASSPORT', docIssuer: 'HK', docNumber: `K${10_000_000 + person++}` },
        relation: i === 0 ? 'applicant' : 'child',
        birthDate: '1980',
      })),
    );
  }

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
    return { exitCode: await runCommand('booking', line, io), ...io.written };
  }
});
