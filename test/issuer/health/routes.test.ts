/** Health codes over HTTP: what an operator sends, what a person is told, what auditors read. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromUtf8 } from '../../../core/bytes/utf8.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { Service } from '../../../service/app.ts';
import { IssuerHouse } from '../support/issuer-house.ts';
import { approve } from '../support/two-people.ts';
import { orderOn, personOf, terms } from './support.ts';

describe('health codes over HTTP', function () {
  this.timeout(60_000);
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;

  before(async () => {
    house = await IssuerHouse.create();
    issuer = await house.open();
    const { operatorToken, auditorToken } = house.secrets;
    const limits = { maxEventLoopDelayMs: 0 };
    app = await buildIssuerApp({ issuer, operatorToken, auditorToken, now: () => house.nowMs, limits });
    await app.ready();
  });

  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
  });

  async function send(
    method: 'GET' | 'POST',
    url: string,
    payload?: object,
  ): Promise<LightMyRequestResponse> {
    const headers = { authorization: `Bearer ${house.secrets.operatorToken}` };
    return await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  }

  const asking = { person: { subject: personOf(1) }, scheme: 'HK-HC' };

  it('a code is issued, an order turns it, the person is told why and how to appeal, a release turns it back', async () => {
    const green = (await send('POST', '/statuses', asking)).json();
    expect(green).to.include({ state: 'green', ruleId: 'hk.hc', ruleVersion: 1 });
    expect(green.credentials).to.have.length(2);
    const order = (await send('POST', '/orders', orderOn(personOf(1)))).json();
    const { subject } = asking.person;
    const reasons = (await send('POST', '/statuses/reasons', { person: { subject } })).json();
    expect(reasons.colours[0]).to.include({ state: 'red', ground: 'hcl|under-order' });
    expect(reasons.colours[0].told['zh-Hant']).to.include({
      colour: '紅色',
      ground: '受命令約束',
      rule: 'hk.hc@1',
    });
    expect(reasons.colours[0].told.pt.appeal).to.match(/Departamento de Saúde/);
    await send('POST', `/orders/${order.id}/release`, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
    expect((await send('POST', '/statuses', asking)).json()).to.include({ state: 'green' });
  });

  it('a colour, a ground or a rule is no field of what is sent', async () => {
    for (const field of ['state', 'colour', 'ground', 'ruleId', 'ruleVersion', 'change', 'validUntil']) {
      const answer = await send('POST', '/statuses', { ...asking, [field]: 'green' });
      expect(answer.statusCode, field).to.equal(400);
    }
  });

  it('a ruling waits for two people, whose approval is that of any act', async () => {
    const ruling = (await send('POST', '/rulings', { ...terms(), person: asking.person })).json();
    expect((await send('POST', '/statuses', asking)).json()).to.include({ state: 'green' });
    await approve(issuer, [ruling.act]);
    await issuer.settle();
    expect((await send('POST', '/statuses', asking)).json()).to.include({ state: 'red' });
  });

  it('auditors read every change, and nobody’s name, document or number', async () => {
    const headers = { authorization: `Bearer ${house.secrets.auditorToken ?? ''}` };
    const { changes, more } = (await app.inject({ url: '/colours/changes?after=0', headers })).json();
    expect(more).to.equal(false);
    const texts = changes.map(({ bytes }: { bytes: string }) => fromUtf8(fromBase64url(bytes)) ?? '');
    expect(texts).to.have.length(4);
    const all = texts.join('\n');
    for (const secret of ['樣本人', 'K10000001', 'QO-2022-0042', 'HO-17', 'OP-3', 'OUTBREAK-9']) {
      expect(all).to.not.include(secret);
    }
  });

  it('documents are the same however their numbers are written', async () => {
    const spaced = { ...personOf(1), docNumber: ' k10000001' };
    const { colours } = (await send('POST', '/statuses/reasons', { person: { subject: spaced } })).json();
    expect(colours).to.have.length(1);
  });
});
