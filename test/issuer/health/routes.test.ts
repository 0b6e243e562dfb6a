/** Health codes over HTTP: what an operator sends, what a person is told, what auditors read. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromUtf8 } from '../../../core/bytes/utf8.ts';
import { evidenceDigest, parseColourAct, type ColourAct } from '../../../core/health/colour-act.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { Service } from '../../../service/app.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { IssuerHouse, labTest } from '../support/issuer-house.ts';
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
    more: Readonly<Record<string, string>> = {},
  ): Promise<LightMyRequestResponse> {
    const headers = { authorization: `Bearer ${house.secrets.operatorToken}`, ...more };
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

  it('a ruling that is sent again under its key is the one that is there, and another one is refused', async () => {
    const key = { 'idempotency-key': 'appeal-2022-17' };
    const body = { ...terms({ state: 'amber' }), person: { subject: personOf(5) } };
    const told = await Promise.all([1, 2, 3].map(() => send('POST', '/rulings', body, key)));
    expect(new Set(told.map((answer) => answer.json().act))).to.have.length(1);
    const person = { subject: personOf(6) };
    for (const changes of [{ state: 'red' }, { person }, { evidence: ['OUTBREAK-10'] }]) {
      const answer = await send('POST', '/rulings', { ...body, ...changes }, key);
      expect(answer.statusCode).to.equal(409);
      expect(answer.json()).to.include({ code: 'ACT_REQUEST_REUSED' });
    }
    const again = (await send('POST', '/rulings', body)).json();
    expect(again.act, 'without the key it is another').to.not.equal(told[0]?.json().act);
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

  it('auditors cannot find a ruling’s evidence by trying what it may be', async () => {
    const headers = { authorization: `Bearer ${house.secrets.auditorToken ?? ''}` };
    const { changes } = (await app.inject({ url: '/colours/changes?after=0', headers })).json();
    const acts = changes.map(({ bytes }: { bytes: string }) => parseColourAct(fromBase64url(bytes)));
    const ruled = acts.find(({ ruling }: ColourAct) => ruling !== undefined);
    const shown = [ruled.salt, ruled.ruling.salt, ruled.subject, ''];
    for (const salt of shown) {
      const tried = [['OUTBREAK-9'], ['OUTBREAK-9', 'OUTBREAK-9'], []];
      const digests = tried.map((references) => evidenceDigest(nodeCrypto, references, salt));
      expect(digests).to.not.include(ruled.ruling.evidence);
      expect(digests).to.not.include(ruled.evidence);
    }
  });

  it('documents are the same however their numbers are written', async () => {
    const spaced = { ...personOf(1), docNumber: ' k10000001' };
    const { colours } = (await send('POST', '/statuses/reasons', { person: { subject: spaced } })).json();
    expect(colours).to.have.length(1);
  });

  describe('whom a request names', () => {
    const { nameZh: _, ...nameless } = personOf(1);
    const person = personOf(1);
    const linked = (document: object): object => ({ ...person, linked: [document] });
    const SUBJECTS: readonly object[] = [
      { ...person, docType: 'HKID', docNumber: 'A123456(4)' },
      { ...person, docType: 'MOBIR', docNumber: 'K10000001' },
      { ...person, docType: 'HKID', docNumber: 'A123456(3)', docIssuer: 'MO' },
      { ...person, docIssuer: 'XX' },
      { ...person, dob: '2022-02-30' },
      { ...person, dob: '2023' },
      { ...person, dob: '1850' },
      { ...person, dob: 1990 },
      { ...person, nameZh: 'Latin' },
      { ...person, nameZh: '樣本\u202e人' },
      { ...person, nickname: 'x' },
      { ...person, docType: 'LIBRARY-CARD' },
      nameless,
      linked({ docType: 'PASSPORT', docNumber: 'K10000001', docIssuer: 'HK' }),
      linked({ docType: 'HVP', docNumber: 'nothing', docIssuer: 'CN' }),
      Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`field${i}`, 'x'])),
    ];

    /** Field and code of each problem. */
    async function answered(url: string, payload: object): Promise<readonly string[]> {
      const answer = await send('POST', url, payload);
      expect(answer.statusCode, answer.body).to.equal(422);
      expect(answer.json()).to.include({ code: 'HEALTH_IDENTITY_INVALID' });
      expect(answer.body).to.not.match(/A123456|樣本|nickname.*x/);
      const { problems } = answer.json() as { readonly problems: { field: string; rule: string }[] };
      return problems.map(({ field, rule }) => `${field} ${rule}`);
    }

    it('is refused for what intake refuses, under the same codes, by every route', async () => {
      for (const subject of SUBJECTS) {
        const record = { ...labTest(1), subject };
        const taken = await send('POST', '/records', record);
        const { problems } = taken.json().rows[0] as { readonly problems: { field: string; code: string }[] };
        const expected = problems
          .filter(({ field }) => field === '' || field.startsWith('subject'))
          .map(({ field, code }) => `${field} ${code}`);
        expect(expected).to.not.deep.equal([]);
        expect(await answered('/orders', { ...orderOn(person), subject })).to.deep.equal(expected);
        expect(await answered('/rulings', { ...terms(), person: { subject } })).to.deep.equal(expected);
        expect(await answered('/statuses', { person: { subject }, scheme: 'HK-HC' })).to.deep.equal(expected);
        expect(await answered('/statuses/reasons', { person: { subject } })).to.deep.equal(expected);
      }
    });

    it('may be a document alone, which is checked and written as in records', async () => {
      const { docType, docIssuer } = person;
      const spaced = { docType, docIssuer, docNumber: ' k10000001' };
      const { colours } = (await send('POST', '/statuses/reasons', { person: { document: spaced } })).json();
      expect(colours).to.have.length(1);
      const wrong = { docType: 'HKID', docIssuer, docNumber: 'A123456(4)' };
      for (const [document, problem] of [
        [wrong, 'subject.docNumber RECORD_DOCUMENT_CHECK_DIGIT'],
        [{ ...wrong, docType: 'LIBRARY-CARD' }, 'subject.docType RECORD_FIELD_FORMAT'],
        [person, 'subject.nameZh RECORD_FIELD_UNKNOWN'],
      ] as const) {
        expect(await answered('/statuses', { person: { document }, scheme: 'HK-HC' })).to.include(problem);
      }
    });
  });
});
