/** `hcl status` and `hcl order` over an issuer behind its routes. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Service } from '../../service/app.ts';
import { IssuerHouse } from '../issuer/support/issuer-house.ts';
import { APPROVER_KEYS } from '../issuer/support/memory-ledger.ts';
import { approve } from '../issuer/support/two-people.ts';
import { orderOn, personOf } from '../issuer/health/support.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

describe('hcl status and hcl order', function () {
  this.timeout(60_000);
  let folder: string;
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  let asked: string[];
  /** Of the requests that came with one. */
  let keys: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-status-'));
    house = await IssuerHouse.create();
    issuer = await house.open();
    const { operatorToken } = house.secrets;
    const limits = { maxEventLoopDelayMs: 0 };
    app = await buildIssuerApp({ issuer, operatorToken, now: () => house.nowMs, limits });
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'operator.token'), `${operatorToken}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'one.key'), `${APPROVER_KEYS[0]}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'person.json'), JSON.stringify(personOf(1)));
    await writeFile(join(folder, 'order.json'), JSON.stringify(orderOn(personOf(1))));
    await writeSpecimenConsortium(folder, {});
    asked = [];
    keys = [];
  });

  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function hcl(...args: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> {
    const [command = '', step = '', ...rest] = args;
    const io: RecordedIo = ioDouble({
      env: { HCL_DATA: folder },
      fetch: async (input, init) => {
        const url = new URL(new Request(input).url);
        asked.push(url.pathname);
        const key = new Headers(init?.headers).get('idempotency-key');
        if (key !== null) keys.push(key);
        const { statusCode, headers, payload } = await app.inject({
          method: init?.method === 'POST' ? 'POST' : 'GET',
          url: url.pathname + url.search,
          headers: Object.fromEntries(new Headers(init?.headers)),
          ...(typeof init?.body === 'string' ? { payload: init.body } : {}),
        });
        return new Response(payload, {
          status: statusCode,
          headers: { 'content-type': String(headers['content-type']) },
        });
      },
    });
    const places = new Map(
      ['person.json', 'order.json', 'one.key'].map((name) => [name, join(folder, name)]),
    );
    const placed = rest.map((arg) => places.get(arg) ?? arg);
    const exitCode = await runCommand(command, [step, '--issuer', 'HK-DH', ...placed], io);
    return { exitCode, out: io.written.out, err: io.written.err };
  }

  const person = ['--subject', 'person.json'] as const;

  it('issues a green code, enters an order, says why it is red and how to appeal, releases it', async () => {
    const green = await hcl('status', 'issue', ...person, '--scheme', 'HK-HC');
    expect(green.exitCode, green.err).to.equal(0);
    expect(green.out)
      .to.match(/HK-HC green/)
      .and.match(/Rule +hk\.hc@1/);
    const order = await hcl('order', 'place', 'order.json', '--json');
    expect(order.exitCode, order.err).to.equal(0);
    const { id } = JSON.parse(order.out) as { id: string };
    const why = await hcl('status', 'why', ...person, '--lang', 'pt');
    expect(why.out).to.contain('Vermelho').and.contain('Sob ordem').and.contain('Departamento de Saúde');
    const release = await hcl('order', 'release', id, '--by', 'HO-3', '--entered-by', 'OP-4');
    expect(release.out).to.match(/Released/);
    expect((await hcl('status', 'issue', ...person, '--scheme', 'HK-HC')).out).to.contain('HK-HC green');
    expect(asked.join(' ')).to.not.contain('K1000');
  });

  it('proposes a ruling that two people approve', async () => {
    const terms = [
      '--colour',
      'red',
      '--ground',
      'hcl|place-exposure',
      '--until',
      '2022-12-22T12:00:00+08:00',
    ];
    const proof = ['--basis', 'Cap. 599 s. 7', '--evidence', 'OUTBREAK-9', '--key', 'one.key', '--json'];
    const propose = (...more: readonly string[]) =>
      hcl('status', 'rule', ...person, '--scheme', 'HK-HC', ...terms, ...proof, ...more);
    const ruling = await propose('--request', 'ruling-1');
    expect(ruling.exitCode, ruling.err).to.equal(0);
    const again = await propose('--request', 'ruling-1');
    expect(again, 'the same under one name').to.deep.equal(ruling);
    await propose();
    expect(keys).to.have.length(3);
    expect(keys[1]).to.equal('"ruling-1"');
    expect(keys[2], 'one of its own').to.match(/^"[0-9a-f-]{36}"$/);
    await approve(issuer, [(JSON.parse(ruling.out) as { act: string }).act]);
    await issuer.settle();
    expect((await hcl('status', 'why', ...person)).out).to.contain('Exposure at a place');
  });

  for (const [what, args] of [
    ['no step', ['status', 'turn', ...person]],
    ['nobody', ['status', 'issue', '--scheme', 'HK-HC']],
    ['two ways to say who', ['status', 'issue', ...person, '--record', 'x', '--scheme', 'HK-HC']],
    ['a scheme that there is not', ['status', 'issue', ...person, '--scheme', 'XX']],
    ['a colour to issue', ['status', 'issue', ...person]],
    ['a language that we do not speak', ['status', 'why', ...person, '--lang', 'fr']],
    ['no colour', ['status', 'rule', ...person, '--scheme', 'HK-HC', '--colour', 'pink']],
    ['no id', ['order', 'release']],
    ['nobody who releases', ['order', 'release', 'x', '--entered-by', 'OP-4']],
    ['nobody who enters', ['order', 'release', 'x', '--by', 'HO-3']],
  ] as const) {
    it(`refuses ${what} as wrong usage`, async () => {
      const { exitCode } = await hcl(...args);
      expect(exitCode).to.equal(2);
    });
  }
});
