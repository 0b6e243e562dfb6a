/** Codes of other systems over HTTP: asked for by the operator, fetched like our own, checked with what is public. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { FOREIGN_FORMATS } from '../../../issuer/record-entry.ts';
import type { Service } from '../../../service/app.ts';
import { trustOf, verdictWith } from '../../core/foreign/support/foreign-verdict.ts';
import { EVERY_KIND } from '../../support/sample-records.ts';
import { issueAll, IssuerHouse, passportVaccination } from '../support/issuer-house.ts';
import { act } from '../support/two-people.ts';

describe('routes of codes of other systems', function () {
  // The first service of a process loads fastify's plugins and the pages of /docs.
  this.timeout(15_000);
  let house: IssuerHouse;
  let issuer: Issuer;
  let app: Service;
  let ids: readonly string[];

  before(async () => {
    house = await IssuerHouse.create();
    issuer = await house.open();
    const rows = await issueAll(issuer, [passportVaccination(1), EVERY_KIND.exemption]);
    ids = rows.map(({ recordId }) => recordId);
    const { operatorToken } = house.secrets;
    const limits = { maxEventLoopDelayMs: 0 };
    app = await buildIssuerApp({ issuer, operatorToken, now: () => house.nowMs, limits });
  });

  after(async () => {
    await app.close();
    await issuer.close();
    await house[Symbol.asyncDispose]();
  });

  function ask(id: string | undefined, payload: object): Promise<LightMyRequestResponse> {
    return app.inject({ method: 'POST', url: `/records/${id}/foreign`, headers: operator(), payload });
  }

  function get(url: string): Promise<LightMyRequestResponse> {
    return app.inject({ method: 'GET', url, headers: operator() });
  }

  function operator(): { readonly authorization: string } {
    return { authorization: `Bearer ${house.secrets.operatorToken}` };
  }

  for (const format of FOREIGN_FORMATS) {
    it(`${format}: asked for, anchored, then text, SVG and PNG, which a checkpoint with the public list takes`, async () => {
      const asked = await ask(ids[0], { format });
      expect(asked.statusCode).to.equal(200);
      expect(asked.headers['cache-control']).to.equal('no-store');
      const { handle } = asked.json();
      expect((await get(`/credentials/${handle}.txt`)).json().code).to.equal('CREDENTIAL_NOT_RELEASED');
      await issuer.settle();
      const again = (await ask(ids[0], { format })).json();
      expect(again).to.include({ handle, state: 'released', profile: format });
      const text = (await get(`/credentials/${handle}.txt`)).body.trim();
      expect(text).to.equal(again.code);
      expect((await get(`/credentials/${handle}.svg`)).body).to.match(/^<svg/);
      expect((await get(`/credentials/${handle}.png`)).rawPayload.subarray(1, 4).toString()).to.equal('PNG');
      const trust = await trustOf((await app.inject('/foreign/trust')).json());
      const verdict = await verdictWith(text, trust, house.nowMs / 1000);
      expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
      const { credentials } = (await get(`/records/${ids[0]}`)).json();
      expect(credentials).to.deep.include({ profile: format, handle, state: 'released' });
    });
  }

  it('name the field that another system has no words for, never its value', async () => {
    const answer = await ask(ids[1], { format: 'hcert' });
    expect(answer.statusCode).to.equal(422);
    expect(answer.json()).to.include({ code: 'FOREIGN_RECORD_UNFIT' });
    expect(answer.json().detail).to.match(/^type /);
    expect(answer.body).to.not.include(EVERY_KIND.exemption.subject.docNumber);
  });

  it('refuse a format that is none', async () => {
    expect((await ask(ids[0], { format: 'vdsnc' })).json().code).to.equal('REQUEST_INVALID');
  });

  it('publish the keys of health cards and, by key, what was revoked; pages elsewhere may read both', async () => {
    await ask(ids[0], { format: 'shc' });
    await ask(ids[0], { format: 'hcert' });
    await act(issuer, { by: 'record', recordId: ids[0] ?? '' });
    await issuer.settle();
    const set = await app.inject('/.well-known/jwks.json');
    expect(set.headers['access-control-allow-origin']).to.equal('*');
    const [key] = set.json().keys;
    const list = (await app.inject(`/.well-known/crl/${key.kid}.json`)).json();
    expect(list).to.include({ kid: key.kid, method: 'rid', ctr: key.crlVersion });
    expect(list.rids).to.have.length(1);
    const { batches } = (await app.inject('/foreign/revocations')).json();
    expect(batches).to.have.length(1);
    expect(batches[0]).to.include({ country: 'HK', hashType: 'UCI' });
    expect(batches[0].entries).to.have.length(1);
  });

  it('put what was revoked on the list of signers, so that whoever pins it is told', async () => {
    const file = (await app.inject('/foreign/trust')).json();
    const { batches } = (await app.inject('/foreign/revocations')).json();
    expect(file.hcertRevocations).to.deep.equal(batches);
    expect(file.hcertRevocations[0].kid).to.equal(file.hcert[0].kid);
    expect(file.shc[0].crls[0].rids).to.have.length(1);
  });

  it('make a revoked health card void where the list is held, and an older list is known to be old', async () => {
    const { handle } = (await issuer.record(ids[0] ?? '')).credentials.find(
      ({ profile }) => profile === 'shc',
    ) ?? { handle: '' };
    const code = await issuer.code(handle);
    const { shc } = (await app.inject('/foreign/trust')).json();
    const now = house.nowMs / 1000;
    const revoked = await verdictWith(code, await trustOf({ shc }), now);
    expect(revoked).to.deep.include({ outcome: 'stop', reasons: ['STATUS_REVOKED'] });
    const [issuerOfCards] = shc;
    const old = { shc: [{ ...issuerOfCards, crls: [] }] };
    expect((await verdictWith(code, await trustOf(old), now)).reasons).to.deep.equal(['STATUS_UNKNOWN']);
  });
});
