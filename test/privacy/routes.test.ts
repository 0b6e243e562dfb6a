/** Erasure, access reports, retention and accounts of batches over HTTP. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from '../issuer/support/issuer-house.ts';
import { act } from '../issuer/support/two-people.ts';
import type { Service } from '../../service/app.ts';

describe('privacy routes', function () {
  this.timeout(15_000);

  describe('erasure', () => {
    it('is answered when the record is gone, with receipts, and shows how far it is', async () => {
      await using world = await World.create();
      const recordId = await world.issue();
      const first = await world.post('/erasures', { recordId, ground: 'subject-request' });
      expect(first.statusCode).to.equal(200);
      expect(first.json()).to.include({ recordId, stage: 'erased', ground: 'subject-request' });
      expect(first.json().receipts).to.have.length(2);
      await world.issuer.privacy.pass({ force: true });
      expect((await world.get(`/erasures/${recordId}`)).json()).to.include({ stage: 'dead' });
    });

    it('makes a record as unknown as one that never was', async () => {
      await using world = await World.create();
      const recordId = await world.issue();
      const { credentials } = await world.issuer.record(recordId);
      const handle = credentials[0]?.handle ?? '';
      await world.post('/erasures', { recordId, ground: 'subject-request' });
      for (const [erased, never] of [
        [`/records/${recordId}`, `/records/${'x'.repeat(22)}`],
        [`/credentials/${handle}`, `/credentials/${'x'.repeat(22)}`],
        [`/credentials/${handle}.png`, `/credentials/${'x'.repeat(22)}.png`],
      ] as const) {
        expect(await world.problem(erased)).to.deep.equal(await world.problem(never));
      }
    });

    it('refuses ids that are not there and grounds that are none', async () => {
      await using world = await World.create();
      const unknown = { recordId: 'x'.repeat(22), ground: 'subject-request' };
      expect((await world.post('/erasures', unknown)).json().code).to.equal('RECORD_NOT_FOUND');
      expect((await world.get(`/erasures/${'x'.repeat(22)}`)).json().code).to.equal('ERASURE_NOT_FOUND');
      const recordId = await world.issue();
      expect((await world.post('/erasures', { recordId, ground: 'boredom' })).statusCode).to.equal(400);
    });
  });

  describe('access report', () => {
    it('shows all that is held of a record: facts, credentials, status and its history, who was told', async () => {
      await using world = await World.create();
      const recordId = await world.issue();
      await act(world.issuer, { by: 'record', recordId });
      await world.issuer.acts.carryOut();
      const answer = await world.post('/reports', { recordId, purpose: 'subject-access' });
      expect(answer.statusCode).to.equal(200);
      expect(answer.headers['cache-control']).to.equal('no-store');
      const [held] = answer.json().records;
      expect(held.record).to.deep.equal(vaccination(1));
      expect(held.credentials.map(({ profile }: { profile: string }) => profile)).to.deep.equal([
        'venue',
        'travel',
      ]);
      for (const credential of held.credentials) {
        expect(credential.claims.jti).to.equal(credential.handle);
        expect(credential).to.include({ status: 'revoked', isStatusPublished: false });
        expect(credential.statusHistory).to.have.length(1);
        expect(credential.statusHistory[0]).to.include({ act: 'revoke', reason: 'fraud' });
      }
      expect(held.disclosures).to.have.length(1);
      expect(held.disclosures[0]).to.include({ what: 'access-report', purpose: 'subject-access' });
      expect(held).to.not.have.property('keptUntilSeconds');
    });

    it('finds all records of a document, exactly that, before and after an epoch ended', async () => {
      await using world = await World.create();
      const records = [vaccination(1), { ...vaccination(1), date: '2021-07-01' }, vaccination(2), labTest(1)];
      await issueAll(world.issuer, records);
      const { docType, docIssuer, docNumber } = vaccination(1).subject;
      const ask = async (number: string): Promise<number> => {
        const document = { docType, docIssuer, docNumber: number };
        const answer = await world.post('/reports', { document, purpose: 'subject-access' });
        return answer.json().records.length;
      };
      expect(await ask(docNumber)).to.equal(2);
      expect(await ask(docNumber.slice(0, -1))).to.equal(0);
      const [row] = await issueAll(world.issuer, [vaccination(2)]);
      await world.post('/erasures', { recordId: row?.recordId, ground: 'subject-request' });
      await world.issuer.privacy.pass({ force: true });
      expect(await ask(docNumber)).to.equal(2);
      expect(await ask(vaccination(2).subject.docNumber)).to.equal(0);
    });

    it('says until when a record is kept', async () => {
      await using world = await World.create();
      const [row] = await issueAll(world.issuer, [labTest(1)]);
      const answer = await world.post('/reports', { recordId: row?.recordId, purpose: 'audit' });
      // Issued on 2022-12-21, kept 31 days, so to the end of 2023-01-21.
      expect(answer.json().records[0].keptUntilSeconds).to.equal(Date.UTC(2023, 0, 22) / 1000);
    });

    it('of a record that is not there is a 404', async () => {
      await using world = await World.create();
      const answer = await world.post('/reports', { recordId: 'x'.repeat(22), purpose: 'audit' });
      expect(answer.json().code).to.equal('RECORD_NOT_FOUND');
    });
  });

  it('retention is shown by type, with what the next run erases', async () => {
    await using world = await World.create();
    await issueAll(world.issuer, [labTest(1)]);
    world.house.nowMs += 40 * 86_400_000;
    const { types } = (await world.get('/retention')).json();
    expect(types).to.deep.include({ type: 'test', days: 31, expired: 1, held: 0 });
    expect(types).to.deep.include({ type: 'vaccination', expired: 0, held: 0 });
  });

  it('all are for the operator alone, and nobody else learns whether there is anything', async () => {
    await using world = await World.create();
    const recordId = await world.issue();
    await world.issuer.settle();
    const root = toHex(world.house.ledger.batches[0]?.root ?? new Uint8Array(32));
    const calls = [
      ['POST', '/erasures', { recordId, ground: 'subject-request' }],
      ['GET', `/erasures/${recordId}`, undefined],
      ['POST', '/reports', { recordId, purpose: 'audit' }],
      ['GET', '/retention', undefined],
      ['GET', `/batches/${root}/account`, undefined],
    ] as const;
    for (const [method, url, payload] of calls) {
      for (const authorization of [undefined, `Bearer ${'x'.repeat(43)}`]) {
        const headers = authorization === undefined ? {} : { authorization };
        const answer = await world.app.inject({
          method,
          url,
          headers,
          ...(payload === undefined ? {} : { payload }),
        });
        expect(answer.json().code, `${method} ${url}`).to.equal('UNAUTHENTICATED');
      }
    }
    expect((await world.issuer.record(recordId)).recordId).to.equal(recordId);
  });
});

/** A machine with other things to do answers late: that is not what is tested here. */
const UNHURRIED = { maxEventLoopDelayMs: 600_000 };

/** An issuer behind its routes, called without a network. */
class World implements AsyncDisposable {
  readonly house: IssuerHouse;
  readonly issuer: Issuer;
  readonly app: Service;

  private constructor(house: IssuerHouse, issuer: Issuer, app: Service) {
    this.house = house;
    this.issuer = issuer;
    this.app = app;
  }

  static async create(): Promise<World> {
    const house = await IssuerHouse.create();
    const issuer = await house.open();
    const { operatorToken } = house.secrets;
    return new World(
      house,
      issuer,
      await buildIssuerApp({ issuer, operatorToken, now: () => house.nowMs, limits: UNHURRIED }),
    );
  }

  async issue(): Promise<string> {
    const [row] = await issueAll(this.issuer, [vaccination(1)]);
    return row?.recordId ?? '';
  }

  get(url: string) {
    return this.app.inject({ method: 'GET', url, headers: this.#headers });
  }

  post(url: string, payload: object) {
    return this.app.inject({ method: 'POST', url, headers: this.#headers, payload });
  }

  /** A problem without the name of its request. */
  async problem(url: string): Promise<object> {
    const answer = await this.get(url);
    expect(answer.statusCode).to.equal(404);
    const problem: object = answer.json();
    return { ...problem, instance: '' };
  }

  get #headers(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.house.secrets.operatorToken}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await this.issuer.close();
    await this.house[Symbol.asyncDispose]();
  }
}
